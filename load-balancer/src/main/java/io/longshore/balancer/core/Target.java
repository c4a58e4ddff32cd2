package io.longshore.balancer.core;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** A target as those see it who send requests to it, from many threads. */
public final class Target {
  /** A host that is gone costs one attempt to connect in this time, rather than every request. */
  private static final Duration REST = Duration.ofSeconds(1);

  private final TargetKey key;
  private final String cookie;
  private final AtomicInteger outstanding = new AtomicInteger();
  private volatile Instant healthySince = Instant.EPOCH;
  private volatile boolean retired;
  private volatile boolean cutOff;
  private volatile Instant restsUntil = Instant.EPOCH;

  public Target(TargetKey key) {
    this.key = key;
    this.cookie = StickyCookie.nameOf(key.text());
  }

  public TargetKey key() {
    return key;
  }

  /** What stands for it in a cookie. */
  String cookie() {
    return cookie;
  }

  /** Requests, or at layer 4 connections, that have begun and not ended. */
  public int outstanding() {
    return outstanding.get();
  }

  public void begun() {
    outstanding.incrementAndGet();
  }

  public void ended() {
    outstanding.decrementAndGet();
  }

  /** It gets nothing new: connections to it are not kept. */
  public void retire() {
    retired = true;
  }

  /** It is wanted again, as if it were new. */
  void revive() {
    retired = false;
    cutOff = false;
  }

  /** Its time to drain is over: not even what was begun before gets to it any more. */
  void cutOff() {
    cutOff = true;
  }

  public boolean isCutOff() {
    return cutOff;
  }

  public boolean retired() {
    return retired;
  }

  public void healthySince(Instant when) {
    healthySince = when;
  }

  /** No connection to it could be made. */
  public void unreachable(Instant now) {
    restsUntil = now.plus(REST);
  }

  boolean rests(Instant now) {
    return now.isBefore(restsUntil);
  }

  /** How much of a full share it gets, above 0 and at most 1. */
  double share(Duration slowStart, Instant now) {
    if (slowStart.isZero() || !now.isBefore(healthySince.plus(slowStart))) {
      return 1;
    }
    double age = Math.max(0, Duration.between(healthySince, now).toMillis());
    return Math.max(0.01, age / slowStart.toMillis());
  }
}
