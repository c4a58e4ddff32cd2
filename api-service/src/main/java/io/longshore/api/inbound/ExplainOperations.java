package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Explanations;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Rules;
import io.longshore.api.inbound.Operations.Answering;
import io.longshore.api.outbound.Call;
import io.longshore.api.store.ExplanationStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** ExplainService and ExplainTask, which ECS does not have: only {@code /v1} leads to them. */
@ApplicationScoped
class ExplainOperations {
  static final String SERVICE = "ExplainService";
  static final String TASK = "ExplainTask";

  private static final Shape TEXT = new Shape.Text(List.of());
  private static final Shape TIME = new Shape.Time();
  private static final Map<String, Shape> REASON =
      Map.of("rule", TEXT, "text", TEXT, "inPlaceOf", TEXT, "place", TEXT);

  /** What the answers look like. */
  static final Map<String, Shape.Structure> ANSWERS =
      Map.of(
          SERVICE,
          new Shape.Structure(
              "ServiceExplanation",
              Map.of(
                  "serviceArn",
                  TEXT,
                  "waiting",
                  new Shape.ListOf(waiting()),
                  "decisions",
                  new Shape.ListOf(decision()))),
          TASK,
          new Shape.Structure(
              "TaskExplanation",
              Map.of(
                  "taskArn",
                  TEXT,
                  "createdAt",
                  TIME,
                  "started",
                  new Shape.Structure("Reason", REASON),
                  "stopped",
                  new Shape.Structure("Reason", REASON))));

  private final ExplanationStore store;
  private final Names names;
  private final Explanations shapes;

  ExplainOperations(ExplanationStore store, Names names) {
    this.store = store;
    this.names = names;
    this.shapes = new Explanations(names.arns());
  }

  private static Shape.Structure waiting() {
    return new Shape.Structure(
        "Wait",
        Map.of(
            "rule",
            TEXT,
            "text",
            TEXT,
            "until",
            TEXT,
            "obstacles",
            new Shape.MapOf(new Shape.Whole(false))));
  }

  private static Shape.Structure decision() {
    return new Shape.Structure(
        "Decision",
        Map.of(
            "decidedAt",
            TIME,
            "decision",
            new Shape.Text(List.of("START", "STOP")),
            "taskArn",
            TEXT,
            "rule",
            TEXT,
            "text",
            TEXT,
            "inPlaceOf",
            TEXT,
            "place",
            TEXT));
  }

  /** By their names. */
  Map<String, Answering> all() {
    return Map.of(
        SERVICE, new Answering(request(SERVICE, "service"), this::service),
        TASK, new Answering(request(TASK, "task"), this::task));
  }

  private static Shape.Structure request(String operation, String member) {
    return new Shape.Structure(operation + "Request", Map.of("cluster", TEXT, member, TEXT));
  }

  private Members service(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    ServiceName service = names.serviceOrNull(cluster, Rules.required(request, "service"));
    List<Members> waits = service == null ? null : store.waits(cluster, service);
    if (service == null || waits == null) {
      throw EcsException.serviceNotFound();
    }
    return shapes.service(cluster, service, waits, store.decisions(cluster, service));
  }

  private Members task(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    String given = Rules.required(request, "task");
    TaskId task = names.taskOrNull(cluster, given);
    Described.Explanation explanation = task == null ? null : store.task(cluster, task);
    if (task == null || explanation == null) {
      throw EcsException.missing(
          "ResourceNotFoundException",
          "There is no task %s in the cluster.".formatted(Rules.shown(given)));
    }
    return shapes.task(cluster, task, explanation);
  }
}
