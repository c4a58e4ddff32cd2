package io.longshore.scheduler.core;

import io.longshore.messages.TaskDefinitionId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What changes of a task definition. What never changes, its recipe, stays in the database and in
 * the commands.
 */
public record Definition(
    TaskDefinitionId id,
    Status status,
    Map<String, String> tags,
    Instant registeredAt,
    @Nullable Instant deregisteredAt,
    @Nullable Instant deleteRequestedAt) {

  /** Whether new tasks and services may use it. */
  public enum Status {
    ACTIVE,
    INACTIVE,
    /** It goes when no task and no service uses it. */
    DELETE_IN_PROGRESS,
    /** Gone; only its number is remembered. */
    DELETED
  }

  Definition deregistered(Instant now) {
    return new Definition(id, Status.INACTIVE, tags, registeredAt, now, null);
  }

  Definition withTags(Map<String, String> next) {
    return new Definition(id, status, next, registeredAt, deregisteredAt, deleteRequestedAt);
  }

  Definition leaving(Instant now) {
    return new Definition(id, Status.DELETE_IN_PROGRESS, tags, registeredAt, deregisteredAt, now);
  }
}
