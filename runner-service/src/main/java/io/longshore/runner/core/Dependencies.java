package io.longshore.runner.core;

import io.longshore.messages.ContainerOrdering.Condition;
import io.longshore.messages.ContainerOrdering.Dependency;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage.VolumesFrom;
import io.longshore.messages.HealthStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which containers of a task come before which, and whether the turn of one has come. */
final class Dependencies {
  private Dependencies() {}

  /**
   * Those that others need come first, else as in the definition. A circle, which the api refuses,
   * is left as in the definition.
   */
  static List<ContainerState> inOrder(List<ContainerState> containers) {
    if (needNobody(containers)) {
      return containers;
    }
    List<ContainerState> left = new ArrayList<>(containers);
    List<ContainerState> ordered = new ArrayList<>();
    while (!left.isEmpty()) {
      ContainerState next =
          left.stream()
              .filter(candidate -> left.stream().noneMatch(other -> needs(candidate, other)))
              .findFirst()
              .orElse(left.getFirst());
      left.remove(next);
      ordered.add(next);
    }
    return ordered;
  }

  /** True of most tasks, and this is asked whenever anything happens to one. */
  static boolean needNobody(List<ContainerState> containers) {
    for (int i = 0; i < containers.size(); i++) {
      if (!needsNobody(containers.get(i).spec())) {
        return false;
      }
    }
    return true;
  }

  private static boolean needsNobody(ContainerSpec spec) {
    return spec.ordering().dependsOn().isEmpty()
        && spec.storage().volumesFrom().isEmpty()
        && spec.networking().links().isEmpty();
  }

  private static boolean needs(ContainerState container, ContainerState other) {
    if (needsNobody(container.spec())) {
      return false;
    }
    Stream<String> toBeStarted = toBeStarted(container.spec()).stream().map(Dependency::container);
    return Stream.concat(toBeCreated(container.spec()), toBeStarted).anyMatch(other.name()::equals);
  }

  /** Whose volumes or address it gets: engines refuse a container that names one they have not. */
  private static Stream<String> toBeCreated(ContainerSpec spec) {
    return Stream.concat(
        spec.storage().volumesFrom().stream().map(VolumesFrom::sourceContainer), linked(spec));
  }

  private static Stream<String> linked(ContainerSpec spec) {
    return spec.networking().links().stream().map(link -> link.replaceFirst(":.*", ""));
  }

  /** A link leads to a container that runs: engines refuse others. */
  private static List<Dependency> toBeStarted(ContainerSpec spec) {
    if (spec.networking().links().isEmpty()) {
      return spec.ordering().dependsOn();
    }
    List<Dependency> all = new ArrayList<>(spec.ordering().dependsOn());
    linked(spec).forEach(name -> all.add(new Dependency(name, Condition.START)));
    return all;
  }

  /**
   * Whether every container is created that has to be before this one.
   *
   * @param ordered see {@link #inOrder}; of a circle, whoever comes first waits for nobody
   */
  static boolean areCreated(ContainerState container, List<ContainerState> ordered) {
    return needsNobody(container.spec())
        || ordered.subList(0, ordered.indexOf(container)).stream()
            .filter(other -> toBeCreated(container.spec()).anyMatch(other.name()::equals))
            .allMatch(other -> other.stage().compareTo(Stage.CREATED) >= 0);
  }

  /**
   * Those that need this one.
   *
   * @param ordered see {@link #inOrder}; of a circle, whoever comes last is needed by nobody
   */
  static List<ContainerState> whoNeeds(ContainerState container, List<ContainerState> ordered) {
    return needNobody(ordered)
        ? List.of()
        : ordered.subList(ordered.indexOf(container) + 1, ordered.size()).stream()
            .filter(other -> needs(other, container))
            .toList();
  }

  /** Whether everything it depends on is as far as it has to be. */
  static boolean areMet(ContainerState container, List<ContainerState> containers) {
    for (Dependency dependency : toBeStarted(container.spec())) {
      if (!isMet(dependency, containers)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isMet(Dependency dependency, List<ContainerState> containers) {
    ContainerState other = find(dependency, containers);
    return other == null
        || switch (dependency.condition()) {
          case START -> other.wasStarted();
          case COMPLETE -> other.hasEnded();
          case SUCCESS -> other.hasEnded() && Objects.equals(other.exitCode(), 0);
          case HEALTHY -> other.stage() == Stage.RUNNING && other.health() == HealthStatus.HEALTHY;
        };
  }

  private static @Nullable ContainerState find(
      Dependency dependency, List<ContainerState> containers) {
    return containers.stream()
        .filter(container -> container.name().equals(dependency.container()))
        .findFirst()
        .orElse(null);
  }

  /** Why a container that was not started never can be; null if it still can. */
  static @Nullable String hopeless(
      ContainerState container, List<ContainerState> containers, Instant now) {
    for (Dependency dependency : toBeStarted(container.spec())) {
      ContainerState other = find(dependency, containers);
      if (other == null || isMet(dependency, containers)) {
        continue;
      }
      String what = null;
      Instant deadline = deadline(other);
      if (other.hasEnded()) {
        what = other.exitCode() == null ? "ended" : "ended with exit code " + other.exitCode();
      } else if (deadline != null && !now.isBefore(deadline)) {
        what =
            "did not get there within its startTimeout of %d s"
                .formatted(other.spec().ordering().startTimeoutSeconds());
      }
      if (what != null) {
        return "Container '%s' was not started: it depends on container '%s' being %s, and that %s"
            .formatted(container.name(), other.name(), dependency.condition(), what);
      }
    }
    return null;
  }

  /** The next moment at which waiting may become hopeless; null for never. */
  static @Nullable Instant deadline(List<ContainerState> containers) {
    if (needNobody(containers)) {
      return null;
    }
    return containers.stream()
        .filter(container -> !container.wasStarted())
        .flatMap(container -> toBeStarted(container.spec()).stream())
        .filter(dependency -> !isMet(dependency, containers))
        .map(dependency -> find(dependency, containers))
        .filter(Objects::nonNull)
        .map(Dependencies::deadline)
        .filter(Objects::nonNull)
        .min(Instant::compareTo)
        .orElse(null);
  }

  /** Counted from its own start: what it waits for itself is not held against it. */
  private static @Nullable Instant deadline(ContainerState container) {
    Integer seconds = container.spec().ordering().startTimeoutSeconds();
    Instant began = container.run().began();
    return seconds == null || seconds == 0 || began == null ? null : began.plusSeconds(seconds);
  }
}
