package io.longshore.scheduler;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** The scheduler's own settings; see the table in the README. */
@ConfigMapping(prefix = "longshore.scheduler")
public interface SchedulerSettings {
  /** A runner not heard of for this long is taken for lost. */
  @WithDefault("10s")
  Duration runnerLease();

  /**
   * A scheduler whose heartbeats the brokers miss for this long loses its shards to another. Never
   * less than the brokers allow: {@code group.min.session.timeout.ms}, by default 6 s.
   */
  @WithDefault("4s")
  Duration sessionTimeout();

  /** A task that ran for this long was a success. */
  @WithDefault("10s")
  Duration steadyAfter();

  /** A task without a health check is healthy after it has been running for this long. */
  @WithDefault("2s")
  Duration healthyAfter();

  /** The first wait after repeated failures to start. */
  @WithDefault("1s")
  Duration backoffFirst();

  /** The longest wait after repeated failures to start. */
  @WithDefault("5m")
  Duration backoffCeiling();

  /** Tasks started for one service in one go. */
  @WithDefault("200")
  int launchesPerPlan();

  /** How many tasks of one service may be launched at once. */
  @WithDefault("1000")
  int serviceLaunchBurst();

  /** How many more a second. */
  @WithDefault("100")
  int serviceLaunchRate();

  /** How many tasks of services may be launched on one host at once. */
  @WithDefault("200")
  int hostLaunchBurst();

  /** How many more a second. */
  @WithDefault("20")
  int hostLaunchRate();

  /** How many tasks of services may be launched in one cluster at once. */
  @WithDefault("5000")
  int clusterLaunchBurst();

  /** How many more a second. */
  @WithDefault("2000")
  int clusterLaunchRate();

  /** How long tasks are kept when most hosts of a cluster fall silent together. */
  @WithDefault("5m")
  Duration massLossHold();

  /** How often what has been kept long enough is deleted. */
  @WithDefault("10m")
  Duration housekeepingInterval();

  /**
   * How long a stopped task, and a deleted service, stay describable. ECS keeps tasks for an hour.
   */
  @WithDefault("72h")
  Duration stoppedTaskRetention();

  /** How long a repeated call gets the first one's answer. */
  @WithName("answer-retention")
  @WithDefault("24h")
  Duration answerRetention();
}
