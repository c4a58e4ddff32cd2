package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Shapes;
import io.longshore.api.core.Tags;
import io.longshore.api.core.TaskDefinitions;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.DefinitionStore;
import io.longshore.messages.Command;
import io.longshore.messages.Reply;
import io.longshore.messages.TaskDefinitionId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RegisterTaskDefinition, DescribeTaskDefinition, ListTaskDefinitions, ListTaskDefinitionFamilies,
 * DeregisterTaskDefinition, DeleteTaskDefinitions.
 */
@ApplicationScoped
class DefinitionOperations {
  private static final int MOST_DELETED = 10;

  private final Commands commands;
  private final DefinitionStore definitionStore;
  private final Definitions definitions;
  private final Names names;
  private final Shapes shapes;
  private final Pages pages;

  DefinitionOperations(
      Commands commands,
      DefinitionStore definitionStore,
      Definitions definitions,
      Names names,
      Shapes shapes,
      Pages pages) {
    this.commands = commands;
    this.definitionStore = definitionStore;
    this.definitions = definitions;
    this.names = names;
    this.shapes = shapes;
    this.pages = pages;
  }

  Members register(Call call, Members request) {
    Reply.Accepted accepted = commands.ask(call, null, TaskDefinitions.register(request));
    Described.Definition definition = found(accepted.ids().getFirst());
    return Members.NONE
        .with("taskDefinition", shapes.definition(definition))
        .with("tags", Tags.shown(definition.tags()));
  }

  Members describe(Call call, Members request) {
    Described.Definition definition = found(Rules.required(request, "taskDefinition"));
    return Members.NONE
        .with("taskDefinition", shapes.definition(definition))
        .with(
            "tags",
            request.texts("include").contains("TAGS") ? Tags.shown(definition.tags()) : List.of());
  }

  Members deregister(Call call, Members request) {
    String given = Rules.required(request, "taskDefinition");
    Names.DefinitionName name = names.definitionOrNull(given);
    if (name != null && name.revision() == null) {
      throw EcsException.invalid("Invalid revision number. Number: taskDefinition has none.");
    }
    TaskDefinitionId id = found(given).id();
    commands.ask(call, null, new Command.DeregisterTaskDefinition(id));
    return Members.NONE.with("taskDefinition", shapes.definition(found(id.toString())));
  }

  /** Each by itself: one that cannot be deleted is a failure, and no error of the call. */
  Members delete(Call call, Members request) {
    List<String> given =
        Rules.atMost("taskDefinitions", request.texts("taskDefinitions"), MOST_DELETED);
    if (given.isEmpty()) {
      throw EcsException.invalid("taskDefinitions must not be empty.");
    }
    List<Members> deleted = new ArrayList<>();
    List<Members> failures = new ArrayList<>();
    for (String each : given) {
      Names.DefinitionName name = names.definitionOrNull(each);
      if (name != null && name.revision() == null) {
        throw EcsException.invalid("Invalid revision number. Number: taskDefinitions has none.");
      }
      try {
        deleted.add(shapes.definition(deleted(call, each)));
      } catch (EcsException e) {
        if (!e.type().equals("ClientException")) {
          throw e;
        }
        failures.add(Members.NONE.with("arn", each).with("reason", e.text()));
      }
    }
    return Members.NONE.with("taskDefinitions", deleted).with("failures", failures);
  }

  private Described.Definition deleted(Call call, String given) {
    TaskDefinitionId id = found(given).id();
    commands.ask(call.about(id.toString()), null, new Command.DeleteTaskDefinition(id));
    return found(given);
  }

  private Described.Definition found(String given) {
    Described.Definition definition = definitions.find(given);
    if (definition == null) {
      throw EcsException.missing("ClientException", "Unable to describe task definition.");
    }
    return definition;
  }

  Members list(Call call, Members request) {
    String family = nameOrNull(request, "familyPrefix");
    String status = request.text("status", "ACTIVE");
    boolean descending = request.text("sort", "ASC").equals("DESC");
    Pages.Window window =
        pages.window(
            request, 100, "ListTaskDefinitions", String.valueOf(family), status, "" + descending);
    List<String> found =
        definitionStore.definitionIds(
            family, status, descending, idOrNull(window.after()), window.size() + 1);
    Pages.Page<String> page = pages.page(window, found, id -> id);
    return Members.NONE
        .with(
            "taskDefinitionArns",
            page.items().stream().map(id -> names.arns().taskDefinition(id(id))).toList())
        .with("nextToken", page.nextToken());
  }

  Members listFamilies(Call call, Members request) {
    String prefix = nameOrNull(request, "familyPrefix");
    String status = request.text("status", "ACTIVE");
    Pages.Window window =
        pages.window(request, 100, "ListTaskDefinitionFamilies", String.valueOf(prefix), status);
    List<String> found =
        definitionStore.families(
            prefix, status.equals("ALL") ? null : status, window.after(), window.size() + 1);
    Pages.Page<String> page = pages.page(window, found, family -> family);
    return Members.NONE.with("families", page.items()).with("nextToken", page.nextToken());
  }

  private static @Nullable String nameOrNull(Members request, String member) {
    String value = request.text(member, "");
    return value.isEmpty() ? null : Rules.name(member, value);
  }

  private static @Nullable TaskDefinitionId idOrNull(@Nullable String text) {
    return text == null ? null : id(text);
  }

  private static TaskDefinitionId id(String text) {
    int colon = text.lastIndexOf(':');
    return new TaskDefinitionId(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }
}
