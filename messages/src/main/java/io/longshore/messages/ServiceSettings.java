package io.longshore.messages;

import java.util.List;
import java.util.Map;

/**
 * What takes effect of a service besides its definition and count.
 *
 * @param minimumHealthyPercent of the desired count, rounded up, that must keep running through a
 *     deployment
 * @param maximumPercent of the desired count, rounded down, that may exist through a deployment
 * @param scheduling how tasks are kept
 * @param circuitBreaker when a deployment is given up
 * @param placing where tasks go
 * @param tagging which tags tasks get
 * @param deploying how deployments go
 * @param targets what load balancers send to each task of the deployments that begin from now on
 */
public record ServiceSettings(
    int minimumHealthyPercent,
    int maximumPercent,
    Scheduling scheduling,
    CircuitBreaker circuitBreaker,
    Placing placing,
    Tagging tagging,
    Deploying deploying,
    List<TargetPort> targets) {

  /** Read from a message or a row that is older than the later members, these have defaults. */
  public ServiceSettings {
    scheduling = scheduling == null ? Scheduling.REPLICA : scheduling;
    circuitBreaker = circuitBreaker == null ? CircuitBreaker.OFF : circuitBreaker;
    placing = placing == null ? Placing.ANYWHERE : placing;
    tagging = tagging == null ? Tagging.NONE : tagging;
    deploying = deploying == null ? Deploying.ROLLING : deploying;
    targets = targets == null ? List.of() : targets;
  }

  /** A service whose tasks get no tags and whose deployments roll. */
  public ServiceSettings(
      int minimumHealthyPercent,
      int maximumPercent,
      Scheduling scheduling,
      CircuitBreaker circuitBreaker,
      Placing placing) {
    this(
        minimumHealthyPercent,
        maximumPercent,
        scheduling,
        circuitBreaker,
        placing,
        Tagging.NONE,
        Deploying.ROLLING,
        List.of());
  }

  /** A service that asks for nothing but its bounds. */
  public ServiceSettings(int minimumHealthyPercent, int maximumPercent) {
    this(
        minimumHealthyPercent,
        maximumPercent,
        Scheduling.REPLICA,
        CircuitBreaker.OFF,
        Placing.ANYWHERE);
  }

  public ServiceSettings with(Tagging next) {
    return new ServiceSettings(
        minimumHealthyPercent,
        maximumPercent,
        scheduling,
        circuitBreaker,
        placing,
        next,
        deploying,
        targets);
  }

  public ServiceSettings with(Deploying next) {
    return new ServiceSettings(
        minimumHealthyPercent,
        maximumPercent,
        scheduling,
        circuitBreaker,
        placing,
        tagging,
        next,
        targets);
  }

  public ServiceSettings with(List<TargetPort> next) {
    return new ServiceSettings(
        minimumHealthyPercent,
        maximumPercent,
        scheduling,
        circuitBreaker,
        placing,
        tagging,
        deploying,
        next);
  }

  /**
   * How deployments go that begin from now on.
   *
   * @param bakeMinutes how long a deployment is watched when it is up before it counts as a
   *     success; 0 for not at all. It holds for the deployment that is under way, too, until that
   *     begins to wait
   */
  public record Deploying(DeploymentProgress.Strategy strategy, int bakeMinutes) {
    public static final Deploying ROLLING = new Deploying(DeploymentProgress.Strategy.ROLLING, 0);
  }

  /**
   * Which tags the tasks of a service begin with.
   *
   * @param managed whether they get {@code aws:ecs:clusterName} and {@code aws:ecs:serviceName}
   * @param ofService whether they get those of the service
   * @param ofDefinition those of the task definition, where they are to get them: definitions are
   *     another shard's
   */
  public record Tagging(boolean managed, boolean ofService, Map<String, String> ofDefinition) {
    public static final Tagging NONE = new Tagging(false, false, Map.of());
  }

  /**
   * How the tasks of a service are kept.
   *
   * @param daemon whether there is to be one task on every host instead of a desired count
   * @param healthCheckGraceSeconds how long after its start a task's health is passed over
   * @param rebalanceZones whether tasks move when zones have become uneven
   */
  public record Scheduling(boolean daemon, int healthCheckGraceSeconds, boolean rebalanceZones) {
    public static final Scheduling REPLICA = new Scheduling(false, 0, false);
  }

  /**
   * ECS {@code DeploymentCircuitBreaker}.
   *
   * @param rollback whether the last deployment that was completed takes the place of one that was
   *     given up
   * @param threshold how many failures are too many
   * @param resetOnHealthyTask whether a healthy task sets the count of failures to nothing, so that
   *     only those in a row count
   */
  public record CircuitBreaker(
      boolean enabled, boolean rollback, Threshold threshold, Boolean resetOnHealthyTask) {
    /** Read from a message or a row that is older than the last member, it has a default. */
    public CircuitBreaker {
      resetOnHealthyTask = resetOnHealthyTask == null || resetOnHealthyTask;
    }

    /** One that counts failures in a row, which is ECS's default. */
    public CircuitBreaker(boolean enabled, boolean rollback, Threshold threshold) {
      this(enabled, rollback, threshold, true);
    }

    public static final CircuitBreaker OFF =
        new CircuitBreaker(false, false, new Threshold(ThresholdType.BOUNDED_PERCENT, 50));
  }

  /**
   * ECS {@code thresholdConfiguration}.
   *
   * @param value a number of tasks, or percent of the desired count
   */
  public record Threshold(ThresholdType type, int value) {}

  /** How a threshold counts. */
  public enum ThresholdType {
    /** As it is. */
    COUNT,
    /** Percent of the desired count, rounded up, but at least 3 and at most 200. */
    BOUNDED_PERCENT,
    /** Percent of the desired count, rounded up. */
    UNBOUNDED_PERCENT
  }
}
