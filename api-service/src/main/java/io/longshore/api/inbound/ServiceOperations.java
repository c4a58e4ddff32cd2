package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Rules;
import io.longshore.api.core.ServiceRules;
import io.longshore.api.core.Shapes;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.ReadStore;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.ServiceName;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** CreateService, UpdateService, DeleteService, DescribeServices, ListServices. */
@ApplicationScoped
class ServiceOperations {
  private static final List<String> WITH_TAGS = List.of("TAGS");

  private final Commands commands;
  private final ReadStore store;
  private final Definitions definitions;
  private final Names names;
  private final Shapes shapes;
  private final Pages pages;

  ServiceOperations(
      Commands commands,
      ReadStore store,
      Definitions definitions,
      Names names,
      Shapes shapes,
      Pages pages) {
    this.commands = commands;
    this.store = store;
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
    Command.CreateService command = ServiceRules.create(cluster, request, definition);
    commands.ask(call, token == null ? null : "CreateService/" + cluster + "/" + token, command);
    return answer(cluster, command.service());
  }

  Members update(Call call, Members request) {
    ServiceRules.checkUpdate(request);
    ClusterName cluster = names.cluster(request);
    ServiceName service = service(cluster, request);
    String definition = request.text("taskDefinition", "");
    Described.Service current = store.services(cluster, List.of(service)).get(service.value());
    commands.ask(
        call,
        null,
        ServiceRules.update(
            cluster,
            service,
            request,
            definition.isEmpty() ? null : definitions.usable(definition),
            current == null ? null : current.document()));
    return answer(cluster, service);
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
    Described.Service found = store.services(cluster, List.of(service)).get(service.value());
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
    Map<String, Described.Service> found = store.services(cluster, ours.values());
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
        store.serviceNames(cluster, launchType, strategy, window.after(), window.size() + 1);
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

  /** Nothing found can mean that there is no such cluster, which is an error. */
  private void requireCluster(ClusterName cluster, boolean nothingFound) {
    if (nothingFound && !store.isActiveCluster(cluster)) {
      throw EcsException.clusterNotFound();
    }
  }
}
