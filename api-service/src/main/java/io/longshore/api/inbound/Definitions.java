package io.longshore.api.inbound;

import io.longshore.api.core.Described;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Names;
import io.longshore.api.store.DefinitionStore;
import io.longshore.messages.TaskDefinitionId;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Finds the definition a request names. */
@ApplicationScoped
class Definitions {
  private final DefinitionStore definitionStore;
  private final Names names;

  Definitions(DefinitionStore definitionStore, Names names) {
    this.definitionStore = definitionStore;
    this.names = names;
  }

  /** INACTIVE ones too; null when there is none. */
  Described.@Nullable Definition find(String given) {
    Names.DefinitionName name = names.definitionOrNull(given);
    if (name == null) {
      return null;
    }
    return name.revision() == null
        ? definitionStore.latestActiveDefinition(name.family())
        : definitionStore.definition(new TaskDefinitionId(name.family(), name.revision()));
  }

  /** For new tasks or a new deployment, which only an ACTIVE one may have. */
  Described.Definition usable(String given) {
    Described.Definition definition = find(given);
    if (definition == null) {
      throw EcsException.client("TaskDefinition not found.");
    }
    if (!definition.status().equals("ACTIVE")) {
      throw EcsException.client("TaskDefinition is inactive");
    }
    return definition;
  }
}
