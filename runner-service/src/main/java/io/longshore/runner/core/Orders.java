package io.longshore.runner.core;

import io.longshore.messages.Order;
import io.longshore.messages.RunnerId;

/**
 * Which orders count. The rules, in this order:
 *
 * <ol>
 *   <li>An order for another runner, a manifest for another incarnation and a {@code RegisterAgain}
 *       for another incarnation do not count.
 *   <li>{@code RegisterAgain} for this incarnation: the scheduler has lost the count, so it begins
 *       anew under a new incarnation.
 *   <li>Until there is a manifest, nothing but a manifest counts; the same after a gap.
 *   <li>A generation that is not above the last one is a repetition.
 *   <li>A manifest counts whatever generation it has above the last.
 *   <li>Any other order counts when it is the successor of the last one. If it is not, something
 *       was missed: register again, under the same incarnation.
 * </ol>
 *
 * @param incarnation of the last registration
 * @param waiting whether a manifest is awaited
 * @param generation of the last order taken in; -1 for none
 */
public record Orders(RunnerId runner, String incarnation, boolean waiting, long generation) {

  /** What becomes of an order. */
  public sealed interface Intake {
    Orders next();
  }

  public record Take(Orders next, Order order) implements Intake {}

  public record PassOver(Orders next, String reason) implements Intake {}

  /**
   * Something was missed, or the scheduler knows nothing of this runner.
   *
   * @param newIncarnation whether the registration has to be under a new incarnation
   */
  public record Register(Orders next, boolean newIncarnation, String reason) implements Intake {}

  public static Orders begin(RunnerId runner, String incarnation) {
    return new Orders(runner, incarnation, true, -1);
  }

  /** Something may have been missed: from here on a manifest has to come first. */
  public Orders inDoubt() {
    return new Orders(runner, incarnation, true, generation);
  }

  public Intake take(Order order) {
    if (!order.runner().equals(runner)) {
      return new PassOver(this, "it is for another runner");
    }
    return switch (order) {
      case Order.RegisterAgain again -> registerAgain(again);
      case Order.Manifest manifest -> manifest(manifest);
      case Order.StartTask start -> increment(start);
      case Order.StopTask stop -> increment(stop);
      case Order.ForgetTask forget -> increment(forget);
    };
  }

  private Intake registerAgain(Order.RegisterAgain again) {
    return again.incarnation().equals(incarnation)
        ? new Register(inDoubt(), true, "the scheduler does not know this runner")
        : new PassOver(this, "it is for another incarnation");
  }

  private Intake manifest(Order.Manifest manifest) {
    if (!manifest.incarnation().equals(incarnation)) {
      return new PassOver(this, "it is for another incarnation");
    }
    if (manifest.generation() <= generation) {
      return new PassOver(this, "it is a repetition");
    }
    return new Take(new Orders(runner, incarnation, false, manifest.generation()), manifest);
  }

  private Intake increment(Order order) {
    if (waiting) {
      return new PassOver(this, "a manifest has to come first");
    }
    if (order.generation() <= generation) {
      return new PassOver(this, "it is a repetition");
    }
    if (order.generation() > generation + 1) {
      return new Register(
          inDoubt(),
          false,
          "the orders between generation %d and %d are missing"
              .formatted(generation, order.generation()));
    }
    return new Take(new Orders(runner, incarnation, false, order.generation()), order);
  }
}
