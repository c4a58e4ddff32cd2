package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * What runners say, on {@link Topics#REPORTS}, keyed by cluster. Every report may arrive more than
 * once and late. Reports of an incarnation that is not the registered one change nothing.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Report.RunnerRegistered.class, name = "RunnerRegistered"),
  @JsonSubTypes.Type(value = Report.RunnerBeat.class, name = "RunnerBeat"),
  @JsonSubTypes.Type(value = Report.TaskObserved.class, name = "TaskObserved"),
  @JsonSubTypes.Type(value = Report.RunnerLeft.class, name = "RunnerLeft"),
})
public sealed interface Report {
  ClusterName cluster();

  RunnerId runner();

  /** Changes with every start of the runner's process. */
  String incarnation();

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
      implements Report {
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
      implements Report {}

  /** Something about a task changed. */
  record TaskObserved(
      ClusterName cluster, RunnerId runner, String incarnation, TaskObservation observation)
      implements Report {}

  /** A runner takes its host out of the cluster for good; what it ran has been stopped. */
  record RunnerLeft(ClusterName cluster, RunnerId runner, String incarnation) implements Report {}
}
