package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Rules;
import io.longshore.api.core.ServiceRules;
import io.longshore.api.core.ServiceTargets;
import io.longshore.api.core.Shapes;
import io.longshore.api.core.Strategies;
import io.longshore.api.core.balancing.Balancing;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.ClusterStore;
import io.longshore.api.store.DefinitionStore;
import io.longshore.api.store.LoadBalancingStore;
import io.longshore.api.store.ServiceStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TargetPort;
import io.longshore.messages.TaskSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * CreateService, UpdateService, DeleteService, DescribeServices, ListServices,
 * ListServicesByNamespace.
 */
@ApplicationScoped
class ServiceOperations {
  private static final List<String> WITH_TAGS = List.of("TAGS");

  private final Commands commands;
  private final ClusterStore clusterStore;
  private final ServiceStore serviceStore;
  private final DefinitionStore definitionStore;
  private final LoadBalancingStore balancingStore;
  private final Definitions definitions;
  private final Names names;
  private final Shapes shapes;
  private final Pages pages;

  ServiceOperations(
      Commands commands,
      ClusterStore clusterStore,
      ServiceStore serviceStore,
      DefinitionStore definitionStore,
      LoadBalancingStore balancingStore,
      Definitions definitions,
      Names names,
      Shapes shapes,
      Pages pages) {
    this.commands = commands;
    this.clusterStore = clusterStore;
    this.serviceStore = serviceStore;
    this.definitionStore = definitionStore;
    this.balancingStore = balancingStore;
    this.definitions = definitions;
    this.names = names;
    this.shapes = shapes;
    this.pages = pages;
  }

  Members create(Call call, Members request) {
    ServiceRules.checkCreate(request);
    ClusterName cluster = names.cluster(request);
    String token = Rules.clientToken(request, 36);
    Described.Definition definition = definitions.usable(Rules.required(request, "taskDefinition"));
    requireReachable(ServiceTargets.of(request), definition.spec());
    Members placed = Strategies.applied(request, clusterStore.clusterDocument(cluster));
    Command.CreateService command = ServiceRules.create(cluster, placed, definition);
    commands.ask(call, token == null ? null : "CreateService/" + cluster + "/" + token, command);
    return answer(cluster, command.service());
  }

  Members update(Call call, Members request) {
    ServiceRules.checkUpdate(request);
    ClusterName cluster = names.cluster(request);
    ServiceName service = service(cluster, request);
    if (!request.objects("capacityProviderStrategy").isEmpty()) {
      Strategies.requireAssociated(request, clusterStore.clusterDocument(cluster));
    }
    String given = request.text("taskDefinition", "");
    Described.Definition definition = given.isEmpty() ? null : definitions.usable(given);
    Described.Service current =
        serviceStore.services(cluster, List.of(service)).get(service.value());
    if (current != null && !current.deployments().isEmpty()) {
      boolean changed = request.has("loadBalancers");
      ServiceTargets.checkFit(
          ServiceTargets.of(changed ? request : current.document()),
          definition == null ? current.deployments().getFirst().spec() : definition.spec());
      requireGroups(ServiceTargets.of(request));
    }
    commands.ask(
        call,
        null,
        ServiceRules.update(
            cluster,
            service,
            request,
            definition,
            definitionTags(definition, current),
            current == null ? null : current.document()));
    return answer(cluster, service);
  }

  private void requireReachable(List<TargetPort> targets, TaskSpec spec) {
    ServiceTargets.checkFit(targets, spec);
    requireGroups(targets);
  }

  private void requireGroups(List<TargetPort> targets) {
    if (targets.isEmpty()) {
      return;
    }
    List<String> arns = targets.stream().map(TargetPort::groupArn).distinct().toList();
    Map<String, List<String>> balancers =
        balancingStore.targetGroups(arns).stream()
            .collect(
                Collectors.toMap(
                    Balancing.TargetGroup::arn, Balancing.TargetGroup::loadBalancerArns));
    ServiceTargets.checkGroups(targets, balancers);
  }

  /** Of the definition the service will have. */
  private Map<String, String> definitionTags(
      Described.@Nullable Definition given, Described.@Nullable Service current) {
    if (given != null || current == null || current.deployments().isEmpty()) {
      return given == null ? Map.of() : given.tags();
    }
    Described.Definition own =
        definitionStore.definition(current.deployments().getFirst().spec().definition());
    return own == null ? Map.of() : own.tags();
  }

  Members delete(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    ServiceName service = service(cluster, request);
    commands.ask(call, null, new Command.DeleteService(cluster, service, request.flag("force")));
    return answer(cluster, service);
  }

  private ServiceName service(ClusterName cluster, Members request) {
    ServiceName service = names.serviceOrNull(cluster, Rules.required(request, "service"));
    if (service == null) {
      throw EcsException.serviceNotFound();
    }
    return service;
  }

  private Members answer(ClusterName cluster, ServiceName service) {
    Described.Service found = serviceStore.services(cluster, List.of(service)).get(service.value());
    if (found == null) {
      throw EcsException.serviceNotFound();
    }
    return Members.NONE.with("service", shapes.service(found, WITH_TAGS));
  }

  Members describe(Call call, Members request) {
    List<String> given = Rules.atMost("services", request.texts("services"), 10);
    if (given.isEmpty()) {
      throw EcsException.invalid("Services cannot be empty.");
    }
    ClusterName cluster = names.cluster(request);
    Map<String, ServiceName> ours =
        Items.resolve(given, name -> names.serviceOrNull(cluster, name));
    Map<String, Described.Service> found = serviceStore.services(cluster, ours.values());
    requireCluster(cluster, found.isEmpty());
    List<Members> services = new ArrayList<>();
    List<Members> failures = new ArrayList<>();
    for (String name : given) {
      ServiceName service = ours.get(name);
      Described.Service described = service == null ? null : found.get(service.value());
      if (described != null) {
        services.add(shapes.service(described, request.texts("include")));
      } else {
        failures.add(
            Shapes.missing(service == null ? name : names.arns().service(cluster, service)));
      }
    }
    return Members.NONE.with("services", services).with("failures", failures);
  }

  Members list(Call call, Members request) {
    ClusterName cluster = names.cluster(request);
    String launchType = request.text("launchType");
    String strategy = request.text("schedulingStrategy");
    Pages.Window window =
        pages.window(
            request,
            10,
            "ListServices",
            cluster.value(),
            String.valueOf(launchType),
            String.valueOf(strategy));
    List<String> found =
        serviceStore.serviceNames(cluster, launchType, strategy, window.after(), window.size() + 1);
    requireCluster(cluster, found.isEmpty());
    Pages.Page<String> page = pages.page(window, found, name -> name);
    return Members.NONE
        .with(
            "serviceArns",
            page.items().stream()
                .map(name -> names.arns().service(cluster, new ServiceName(name)))
                .toList())
        .with("nextToken", page.nextToken());
  }

  Members listByNamespace(Call call, Members request) {
    String given = Rules.required(request, "namespace");
    Rules.longest("namespace", given, 1024);
    List<String> called = Names.namespace(given);
    Pages.Window window = pages.window(request, 10, "ListServicesByNamespace", given);
    List<String> found = serviceStore.servicesIn(called, window.after(), window.size() + 1);
    if (found.isEmpty() && !serviceStore.knowsNamespace(called)) {
      throw EcsException.of(
          "NamespaceNotFoundException", "No service and no cluster names this namespace.");
    }
    Pages.Page<String> page = pages.page(window, found, path -> path);
    return Members.NONE
        .with("serviceArns", page.items().stream().map(this::serviceArn).toList())
        .with("nextToken", page.nextToken());
  }

  private String serviceArn(String path) {
    int slash = path.indexOf('/');
    return names
        .arns()
        .service(
            new ClusterName(path.substring(0, slash)), new ServiceName(path.substring(slash + 1)));
  }

  /** Nothing found can mean that there is no such cluster, which is an error. */
  private void requireCluster(ClusterName cluster, boolean nothingFound) {
    if (nothingFound && !clusterStore.isActiveCluster(cluster)) {
      throw EcsException.clusterNotFound();
    }
  }
}
