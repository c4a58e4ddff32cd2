package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What runners and load balancers say, on {@link Topics#REPORTS}, keyed by {@link #key()}. Every
 * report may arrive more than once and late.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Report.RunnerRegistered.class, name = "RunnerRegistered"),
  @JsonSubTypes.Type(value = Report.RunnerBeat.class, name = "RunnerBeat"),
  @JsonSubTypes.Type(value = Report.TaskObserved.class, name = "TaskObserved"),
  @JsonSubTypes.Type(value = Report.RunnerLeft.class, name = "RunnerLeft"),
  @JsonSubTypes.Type(value = Report.ServiceTargetsSeen.class, name = "ServiceTargetsSeen"),
  @JsonSubTypes.Type(value = Report.GroupTargetsSeen.class, name = "GroupTargetsSeen"),
})
public sealed interface Report {
  /** Whose shard it is for. */
  String key();

  /** Those of an incarnation that is not the registered one change nothing. */
  sealed interface OfRunner extends Report {
    ClusterName cluster();

    RunnerId runner();

    /** Changes with every start of the runner's process. */
    String incarnation();

    @Override
    default String key() {
      return cluster().value();
    }
  }

  /**
   * How targets are, as one process of the load balancer sees them. Told at each change and every
   * {@link #BALANCER_BEAT}, always as a whole: the later one simply counts, and what has not been
   * heard of for a few of them holds no more.
   */
  sealed interface OfBalancer extends Report {
    /** Another one with each start of the process. */
    String balancer();

    List<SeenTarget> targets();
  }

  /** How often a load balancer repeats what it sees. */
  Duration BALANCER_BEAT = Duration.ofSeconds(5);

  /**
   * A runner came up and asks for its {@link Order.Manifest}.
   *
   * @param inventory every task of this runner of which the engine still knows a container
   * @param claimed whether its id was given to it, so that it can only take a container instance
   *     that is registered already
   */
  record RunnerRegistered(
      ClusterName cluster,
      RunnerId runner,
      String incarnation,
      HostResources host,
      List<TaskObservation> inventory,
      Boolean claimed)
      implements OfRunner {
    /** Read from a message that is older than {@code claimed}, it has a default. */
    public RunnerRegistered {
      claimed = claimed == null ? false : claimed;
    }

    /** Of a runner whose id is its own. */
    public RunnerRegistered(
        ClusterName cluster,
        RunnerId runner,
        String incarnation,
        HostResources host,
        List<TaskObservation> inventory) {
      this(cluster, runner, incarnation, host, inventory, false);
    }
  }

  /**
   * A runner is alive.
   *
   * @param generation of the last order it has taken in
   */
  record RunnerBeat(ClusterName cluster, RunnerId runner, String incarnation, long generation)
      implements OfRunner {}

  /** Something about a task changed. */
  record TaskObserved(
      ClusterName cluster, RunnerId runner, String incarnation, TaskObservation observation)
      implements OfRunner {}

  /** A runner takes its host out of the cluster for good; what it ran has been stopped. */
  record RunnerLeft(ClusterName cluster, RunnerId runner, String incarnation) implements OfRunner {}

  /** The targets of a service: all that its {@link Route.ServiceTargets} names. */
  record ServiceTargetsSeen(
      ClusterName cluster, ServiceName service, String balancer, List<SeenTarget> targets)
      implements OfBalancer {
    @Override
    public String key() {
      return cluster.value();
    }
  }

  /** The targets that were registered with a group by hand. */
  record GroupTargetsSeen(String groupArn, String balancer, List<SeenTarget> targets)
      implements OfBalancer {
    @Override
    public String key() {
      return Command.LOAD_BALANCING_KEY;
    }
  }

  /**
   * @param task null for a target that was registered by hand
   * @param reason ELB's code; null when there is nothing to say
   * @param description one sentence; empty when there is nothing to say
   */
  record SeenTarget(
      String groupArn,
      @Nullable TaskId task,
      String host,
      int port,
      TargetState state,
      @Nullable String reason,
      String description) {}

  /** ELB's states of a target, and one more. */
  enum TargetState {
    INITIAL,
    HEALTHY,
    UNHEALTHY,
    DRAINING,
    /** It drains, and this process has nothing under way with it and begins nothing any more. */
    DRAINED,
    UNUSED,
    UNAVAILABLE
  }
}
