package io.longshore.runner;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Ids;
import io.longshore.messages.RunnerId;
import org.jspecify.annotations.Nullable;

/**
 * Which container instances the runners of this process are: ones of their own, whose ids follow
 * from the host, or one that a client has registered beforehand.
 *
 * @param claimed the one that was registered beforehand; null for none
 */
record RunnerIds(String hostId, @Nullable RunnerId claimed) {

  /**
   * @throws RefusedToStartException if {@code longshore.runner.instance} names none, or more than
   *     one runner would be it
   */
  static RunnerIds of(RunnerSettings settings, String hostId) throws RefusedToStartException {
    String given = settings.instance().map(String::strip).orElse("");
    if (given.isEmpty()) {
      return new RunnerIds(hostId, null);
    }
    if (settings.everyCluster() || settings.count() != 1) {
      throw new RefusedToStartException(
          "LONGSHORE_RUNNER_INSTANCE names one container instance: name its cluster with LONGSHORE_RUNNER_CLUSTER, and leave LONGSHORE_RUNNER_COUNT at 1.");
    }
    return new RunnerIds(hostId, claimed(given, settings.cluster()));
  }

  /**
   * @param given an id, or an ARN that ends in {@code container-instance/CLUSTER/ID}
   */
  private static RunnerId claimed(String given, String cluster) throws RefusedToStartException {
    String[] path = given.substring(given.lastIndexOf(':') + 1).split("/", -1);
    String id = path[path.length - 1];
    boolean isId = path.length == 1 && id.equals(given);
    boolean isArn = path.length == 3 && path[0].equals("container-instance");
    if (!Ids.isHex(id) || !(isId || isArn)) {
      throw new RefusedToStartException(
          "LONGSHORE_RUNNER_INSTANCE must be the ARN of a container instance or its id of 32 hexadecimal digits.");
    }
    if (isArn && !path[1].equals(cluster)) {
      throw new RefusedToStartException(
          "LONGSHORE_RUNNER_INSTANCE is of the cluster %s, and LONGSHORE_RUNNER_CLUSTER is %s."
              .formatted(path[1], cluster));
    }
    return new RunnerId(id);
  }

  /**
   * @param index of the runner in its cluster, from 0
   */
  RunnerId of(ClusterName cluster, int index) {
    return claimed != null
        ? claimed
        : new RunnerId(Ids.derive(hostId, cluster.value(), Integer.toString(index)));
  }
}
