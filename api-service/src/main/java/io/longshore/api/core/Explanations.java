package io.longshore.api.core;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskId;
import java.util.List;

/** Why things are as they are. ECS has nothing like it, so the members are Longshore's own. */
public record Explanations(Arns arns) {
  public Members service(
      ClusterName cluster,
      ServiceName service,
      List<Members> waits,
      List<Described.Decision> decisions) {
    return Members.NONE
        .with("serviceArn", arns.service(cluster, service))
        .with("waiting", waits)
        .with("decisions", decisions.stream().map(one -> decision(cluster, one)).toList());
  }

  private Members decision(ClusterName cluster, Described.Decision decision) {
    return Members.NONE
        .with("decidedAt", Shapes.seconds(decision.decidedAt()))
        .with("decision", decision.decision())
        .with("taskArn", arns.task(cluster, decision.task()))
        .over(reason(cluster, decision.reason()));
  }

  /** With the task that is replaced by its ARN. */
  private Members reason(ClusterName cluster, Members reason) {
    String inPlaceOf = reason.text("inPlaceOf");
    return inPlaceOf == null
        ? reason
        : reason.with("inPlaceOf", arns.task(cluster, new TaskId(inPlaceOf)));
  }

  public Members task(ClusterName cluster, TaskId task, Described.Explanation explanation) {
    Members shape =
        Members.NONE
            .with("taskArn", arns.task(cluster, task))
            .with("createdAt", Shapes.seconds(explanation.createdAt()));
    if (explanation.started() != null) {
      shape = shape.with("started", reason(cluster, explanation.started()));
    }
    return explanation.stopped() == null
        ? shape
        : shape.with("stopped", reason(cluster, explanation.stopped()));
  }
}
