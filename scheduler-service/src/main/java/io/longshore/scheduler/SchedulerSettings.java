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

  /** A task that ran for this long was a success. */
  @WithDefault("10s")
  Duration steadyAfter();

  /** The first wait after repeated failures to start. */
  @WithDefault("1s")
  Duration backoffFirst();

  /** The longest wait after repeated failures to start. */
  @WithDefault("5m")
  Duration backoffCeiling();

  /** Tasks started for one service in one go. */
  @WithDefault("200")
  int launchesPerPlan();

  /** How long a stopped task stays describable. ECS keeps it for an hour. */
  @WithDefault("72h")
  Duration stoppedTaskRetention();

  /** How long a repeated call gets the first one's answer. */
  @WithName("answer-retention")
  @WithDefault("24h")
  Duration answerRetention();
}
