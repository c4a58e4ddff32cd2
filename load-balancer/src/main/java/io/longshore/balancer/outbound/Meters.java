package io.longshore.balancer.outbound;

import io.longshore.balancer.core.GroupView;
import io.longshore.balancer.core.Target;
import io.longshore.balancer.core.TargetKey;
import io.longshore.balancer.core.Traffic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted. Meters of a target go with it. */
public final class Meters {
  static final String PREFIX = "longshore.balancer.";
  private static final String GROUP_MARK = "targetgroup/";

  private final MeterRegistry registry;
  private final Traffic traffic;
  private final Map<TargetKey, OfTarget> targets = new ConcurrentHashMap<>();
  private final Map<String, Gauge> groups = new ConcurrentHashMap<>();
  private final Counter refused;
  private final Counter turnedAway;
  private final AtomicInteger connections = new AtomicInteger();

  public Meters(MeterRegistry registry, Traffic traffic) {
    this.registry = registry;
    this.traffic = traffic;
    this.refused = registry.counter(PREFIX + "refused.requests");
    this.turnedAway = registry.counter(PREFIX + "turned.away.connections");
    registry.gauge(PREFIX + "connections", connections);
  }

  /** What is counted of one target. */
  public static final class OfTarget {
    private final List<Meter> all = new ArrayList<>();
    private final Counter[] classes = new Counter[6];
    private final Timer time;
    private final Counter failures;
    private final Counter retries;

    private OfTarget(MeterRegistry registry, Target target) {
      Tags tags =
          Tags.of("group", named(target.key().groupArn()), "target", target.key().address());
      for (int i = 1; i < classes.length; i++) {
        classes[i] = registry.counter(PREFIX + "responses", tags.and("code", i + "xx"));
        all.add(classes[i]);
      }
      time = registry.timer(PREFIX + "target.response", tags);
      failures = registry.counter(PREFIX + "target.failures", tags);
      retries = registry.counter(PREFIX + "retries", tags);
      all.add(time);
      all.add(failures);
      all.add(retries);
      all.add(
          Gauge.builder(PREFIX + "target.active", target, Target::outstanding)
              .tags(tags)
              .register(registry));
    }

    /**
     * @param nanos from the first byte sent to the first byte of the response
     */
    public void answered(int status, long nanos) {
      classes[Math.clamp(status / 100, 1, 5)].increment();
      time.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void failed() {
      failures.increment();
    }

    /** A request that this target failed was given to another one. */
    public void retried() {
      retries.increment();
    }
  }

  public OfTarget of(Target target) {
    OfTarget found = targets.get(target.key());
    return found == null
        ? targets.computeIfAbsent(target.key(), key -> new OfTarget(registry, target))
        : found;
  }

  /** Takes in which groups and targets there are. */
  public void keep(java.util.Set<TargetKey> present) {
    targets
        .keySet()
        .removeIf(key -> {
          OfTarget gone = present.contains(key) ? null : targets.get(key);
          if (gone != null) {
            gone.all.forEach(registry::remove);
          }
          return gone != null;
        });
    groups
        .keySet()
        .removeIf(arn -> {
          Gauge gone = traffic.group(arn) == null ? groups.get(arn) : null;
          if (gone != null) {
            registry.remove(gone);
          }
          return gone != null;
        });
    traffic.groups().keySet().forEach(arn -> groups.computeIfAbsent(arn, this::eligible));
  }

  private Gauge eligible(String arn) {
    return Gauge.builder(
            PREFIX + "eligible.targets",
            traffic,
            seen -> {
              GroupView group = seen.group(arn);
              return group == null ? 0 : group.eligible().size();
            })
        .tags("group", named(arn))
        .register(registry);
  }

  public void refused() {
    refused.increment();
  }

  public void turnedAway() {
    turnedAway.increment();
  }

  /** Connections of clients that are open. */
  public AtomicInteger connections() {
    return connections;
  }

  /** As CloudWatch names a group. */
  static String named(String arn) {
    int at = arn.indexOf(GROUP_MARK);
    return at < 0 ? arn : arn.substring(at);
  }
}
