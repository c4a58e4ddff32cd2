package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A group as requests see it.
 *
 * @param eligible the targets that get something new, in an order that is the same everywhere
 * @param turn counts requests, and goes on when the group changes
 */
public record GroupView(
    Route.Group group, GroupAttributes attributes, List<Target> eligible, AtomicInteger turn) {

  /** A target and its state. */
  public record Seen(Target target, TargetHealth.State state) {}

  /**
   * Who gets traffic: those that are healthy or not checked, and when there is none, all that are
   * unhealthy. Then the checks are more likely to be wrong than every target, as ELB has it.
   */
  public static List<Target> eligible(List<Seen> targets) {
    List<Target> fit = new ArrayList<>();
    List<Target> unfit = new ArrayList<>();
    for (Seen seen : targets) {
      switch (seen.state()) {
        case HEALTHY, UNAVAILABLE -> fit.add(seen.target());
        case UNHEALTHY -> unfit.add(seen.target());
        case INITIAL, DRAINING, UNUSED -> {}
      }
    }
    return List.copyOf(fit.isEmpty() ? unfit : fit);
  }
}
