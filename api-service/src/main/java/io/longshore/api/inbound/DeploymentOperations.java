package io.longshore.api.inbound;

import io.longshore.api.core.DeploymentShapes;
import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Shapes;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.ClusterStore;
import io.longshore.api.store.DeploymentStore;
import io.longshore.api.store.ServiceStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.ServiceName;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions,
 * StopServiceDeployment.
 */
@ApplicationScoped
class DeploymentOperations {
  private final Commands commands;
  private final ClusterStore clusterStore;
  private final ServiceStore serviceStore;
  private final DeploymentStore deployments;
  private final Names names;
  private final DeploymentShapes shapes;
  private final Pages pages;

  DeploymentOperations(
      Commands commands,
      ClusterStore clusterStore,
      ServiceStore serviceStore,
      DeploymentStore deployments,
      Names names,
      DeploymentShapes shapes,
      Pages pages) {
    this.commands = commands;
    this.clusterStore = clusterStore;
    this.serviceStore = serviceStore;
    this.deployments = deployments;
    this.names = names;
    this.shapes = shapes;
    this.pages = pages;
  }

  Members list(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    ServiceName service = names.serviceOrNull(cluster, Rules.required(request, "service"));
    if (!clusterStore.isActiveCluster(cluster)) {
      throw EcsException.clusterNotFound();
    }
    if (service == null || serviceStore.services(cluster, List.of(service)).isEmpty()) {
      throw EcsException.serviceNotFound();
    }
    List<String> statuses = request.texts("status");
    Members createdAt = request.object("createdAt");
    Instant after = createdAt == null ? null : time(createdAt, "after");
    Instant before = createdAt == null ? null : time(createdAt, "before");
    Pages.Window window =
        pages.window(
            request,
            20,
            "ListServiceDeployments",
            cluster.value(),
            service.value(),
            String.join(",", statuses),
            String.valueOf(after),
            String.valueOf(before));
    String position = window.after();
    List<Described.Rollout> found =
        deployments.rollouts(
            cluster,
            service,
            new DeploymentStore.Filter(statuses, after, before),
            position == null ? null : Long.valueOf(position),
            window.size() + 1);
    Pages.Page<Described.Rollout> page =
        pages.page(window, found, rollout -> Long.toString(rollout.ordinal()));
    return Members.NONE
        .with("serviceDeployments", page.items().stream().map(shapes::brief).toList())
        .with("nextToken", page.nextToken());
  }

  private static @Nullable Instant time(Members members, String name) {
    return members.values().get(name) instanceof BigDecimal seconds
        ? Instant.ofEpochMilli(seconds.movePointRight(3).longValue())
        : null;
  }

  Members describe(Call call, Members request) {
    List<String> given = given(request, "serviceDeploymentArns");
    Map<String, Names.OfService> ours = Items.resolve(given, names::serviceDeploymentOrNull);
    Map<Names.OfService, Described.Rollout> found = deployments.rollouts(ours.values());
    return answer(
        "serviceDeployments",
        given,
        arn -> {
          Names.OfService name = ours.get(arn);
          Described.Rollout rollout = name == null ? null : found.get(name);
          return rollout == null ? null : shapes.deployment(rollout);
        });
  }

  Members describeRevisions(Call call, Members request) {
    List<String> given = given(request, "serviceRevisionArns");
    Map<String, Names.OfService> ours = Items.resolve(given, names::serviceRevisionOrNull);
    Map<Names.OfService, Described.Revision> found = deployments.revisions(ours.values());
    return answer(
        "serviceRevisions",
        given,
        arn -> {
          Names.OfService name = ours.get(arn);
          Described.Revision revision = name == null ? null : found.get(name);
          return revision == null ? null : shapes.revision(revision);
        });
  }

  private static List<String> given(Members request, String member) {
    List<String> given = Rules.atMost(member, request.texts(member), 20);
    if (given.isEmpty()) {
      throw EcsException.invalid(member + " must not be empty.");
    }
    return given.stream().distinct().toList();
  }

  private static Members answer(
      String member, List<String> given, Function<String, @Nullable Members> described) {
    List<Members> found = new ArrayList<>();
    List<Members> failures = new ArrayList<>();
    for (String arn : given) {
      Members item = described.apply(arn);
      if (item == null) {
        failures.add(Shapes.missing(arn));
      } else {
        found.add(item);
      }
    }
    return Members.NONE.with(member, found).with("failures", failures);
  }

  Members stop(Call call, Members request) {
    String arn = Rules.required(request, "serviceDeploymentArn");
    Names.OfService name = names.serviceDeploymentOrNull(arn);
    if (name == null || deployments.rollouts(List.of(name)).isEmpty()) {
      throw EcsException.serviceDeploymentNotFound();
    }
    Command.StopType type = Command.StopType.valueOf(request.text("stopType", "ROLLBACK"));
    commands.ask(
        call,
        null,
        new Command.StopServiceDeployment(name.cluster(), name.service(), name.id(), type));
    return Members.NONE.with("serviceDeploymentArn", arn);
  }
}
