package io.longshore.runner.inbound;

import io.longshore.messages.Json;
import io.longshore.messages.TaskId;
import io.longshore.runner.agent.TaskSnapshot;
import io.longshore.runner.core.ContainerState;
import io.longshore.runner.core.EndpointIds;
import io.longshore.runner.core.Inspection;
import io.longshore.runner.core.TaskMetadata;
import io.longshore.runner.core.TaskProtection;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.Insight;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a container is answered that asks about itself, as ECS's task metadata endpoint answers it.
 * A task sees itself and no other: the id in the path is known to nobody else. Versions 3 and 4 are
 * answered alike, since 4 only adds members.
 *
 * <p>Safe for any number of threads. It takes tasks as their runners know them and asks the engine
 * for the rest; an engine that does not answer costs its part of the answer.
 */
public final class MetadataAnswers {
  private static final Logger LOG = Logger.getLogger(MetadataAnswers.class);

  /** Where tasks are looked up; answers at once. */
  @FunctionalInterface
  public interface Tasks {
    /** Null for a task that is not on this host. */
    @Nullable TaskSnapshot snapshot(TaskId task);
  }

  /**
   * @param body to be written as JSON; errors are plain text
   */
  record Answer(int status, Object body) {}

  private record Asker(TaskSnapshot task, ContainerState container) {}

  private final EndpointIds ids;
  private final Tasks tasks;
  private final Insight insight;
  private final ProtectionAnswers protection;

  public MetadataAnswers(
      EndpointIds ids, Tasks tasks, Insight insight, ProtectionAnswers protection) {
    this.ids = ids;
    this.tasks = tasks;
    this.insight = insight;
    this.protection = protection;
  }

  /**
   * @param path without the query
   */
  Answer answer(String method, String path, byte[] body) {
    List<String> parts = Arrays.asList(path.split("/", -1));
    if (parts.size() < 3) {
      return nothingHere();
    }
    String id = parts.get(2);
    String question = String.join("/", parts.subList(3, parts.size()));
    return switch (parts.get(1)) {
      case "v3", "v4" -> metadata(method, parts.get(1), id, question);
      case "api" ->
          question.equals("task-protection/v1/state")
              ? protection(method, id, body)
              : nothingHere();
      default -> nothingHere();
    };
  }

  private Answer protection(String method, String id, byte[] body) {
    Asker asker = asker(id);
    TaskProtection.Told told =
        asker == null
            ? protection.unknown()
            : protection.answer(method, asker.task().state().assignment(), body);
    return new Answer(told.status(), told.body());
  }

  private static Answer nothingHere() {
    return new Answer(404, "404 page not found");
  }

  private Answer metadata(String method, String version, String id, String question) {
    if (!method.equals("GET")) {
      return new Answer(405, "Only GET is answered here.");
    }
    Asker asker = asker(id);
    if (asker == null) {
      return new Answer(
          404,
          "%s metadata handler: no container has this endpoint id"
              .formatted(version.toUpperCase(Locale.ROOT)));
    }
    return switch (question) {
      case "" -> container(asker);
      case "task", "taskWithTags" -> task(asker.task());
      case "stats" -> statistics(asker.container());
      case "task/stats" -> new Answer(200, statistics(asker.task()));
      default -> nothingHere();
    };
  }

  private @Nullable Asker asker(String id) {
    TaskId task = EndpointIds.task(id);
    TaskSnapshot snapshot = task == null ? null : tasks.snapshot(task);
    if (task == null || snapshot == null) {
      return null;
    }
    return snapshot.state().containers().stream()
        .filter(container -> ids.isOf(id, task, container.name()))
        .map(container -> new Asker(snapshot, container))
        .findFirst()
        .orElse(null);
  }

  private Answer container(Asker asker) {
    Map<String, Object> container =
        metadata(asker.task(), List.of(asker.container())).container(asker.container().name());
    return container == null ? nothingHere() : new Answer(200, container);
  }

  private Answer task(TaskSnapshot task) {
    return new Answer(200, metadata(task, task.state().containers()).task());
  }

  private TaskMetadata metadata(TaskSnapshot task, List<ContainerState> asked) {
    Map<String, Inspection> inspections = new HashMap<>();
    for (ContainerState container : asked) {
      Inspection inspection = inspection(container);
      if (inspection != null) {
        inspections.put(container.name(), inspection);
      }
    }
    return new TaskMetadata(task.state(), task.zone(), inspections);
  }

  private @Nullable Inspection inspection(ContainerState container) {
    String id = container.runtimeId();
    try {
      return id == null ? null : insight.inspect(container.name(), id);
    } catch (EngineException e) {
      LOG.debugf("The engine says nothing of %s: %s", id, e.words());
      return null;
    }
  }

  private Answer statistics(ContainerState container) {
    Json measured = measured(container);
    return measured == null
        ? new Answer(404, "V4 container stats handler: there are no statistics of this container")
        : new Answer(200, measured);
  }

  /** By the engine's id. Side by side, because each takes the engine a second or two. */
  private Map<String, Json> statistics(TaskSnapshot task) {
    Map<String, Future<@Nullable Json>> asked = new LinkedHashMap<>();
    Map<String, Json> all = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (ContainerState container : task.state().containers()) {
        String id = container.runtimeId();
        if (id != null) {
          asked.put(id, threads.submit(() -> measured(container)));
        }
      }
      for (Map.Entry<String, Future<@Nullable Json>> one : asked.entrySet()) {
        Json measured = one.getValue().get();
        if (measured != null) {
          all.put(one.getKey(), measured);
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a measurement failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return all;
  }

  private @Nullable Json measured(ContainerState container) {
    String id = container.runtimeId();
    try {
      return id == null ? null : insight.statistics(id);
    } catch (EngineException e) {
      LOG.debugf("The engine does not measure %s: %s", id, e.words());
      return null;
    }
  }
}
