package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.api.core.Members;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HostResources;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From rows to records. */
final class Rows {
  /** What a service's tasks have in common and do not carry themselves. */
  private static final List<String> OF_SERVICE =
      List.of("launchType", "capacityProviderStrategy", "platformVersion", "enableExecuteCommand");

  private Rows() {}

  static Described.CapacityProvider capacityProvider(CapacityProviderRow row) {
    return new Described.CapacityProvider(
        row.name, row.status, Members.stored(row.document), tags(row.tags), row.version);
  }

  /** What the tasks of a runner take of it. */
  record Usage(
      long cpu,
      long memoryMiB,
      long running,
      long pending,
      List<List<ContainerObservation>> tasks) {
    static final Usage NONE = new Usage(0, 0, 0, 0, List.of());

    List<Integer> ports(String protocol) {
      return tasks.stream()
          .flatMap(List::stream)
          .flatMap(container -> container.networkBindings().stream())
          .filter(binding -> binding.protocol().equals(protocol))
          .map(NetworkBinding::hostPort)
          .toList();
    }
  }

  static Usage usage(Object[] row) {
    String containers = "[" + row[5] + "]";
    List<List<ContainerObservation>> tasks =
        List.of(Codec.decodeStored(containers, ContainerObservation[][].class)).stream()
            .map(List::of)
            .toList();
    return new Usage(number(row[1]), number(row[2]), number(row[3]), number(row[4]), tasks);
  }

  static Described.Cluster cluster(ClusterRow row, long[] counts) {
    return new Described.Cluster(
        new ClusterName(row.name),
        row.status,
        Members.stored(row.document),
        tags(row.tags),
        counts[0],
        counts[1],
        counts[2],
        counts[3]);
  }

  static Described.Definition definition(DefinitionRow row) {
    return new Described.Definition(
        new TaskDefinitionId(row.family, row.revision),
        row.status,
        spec(row),
        Members.stored(row.document),
        tags(row.tags),
        row.registeredAt,
        row.deregisteredAt,
        row.deleteRequestedAt);
  }

  /** The stored spec may still have the revision the api guessed before the scheduler counted. */
  private static TaskSpec spec(DefinitionRow row) {
    return Codec.decodeStored(row.spec, TaskSpec.class)
        .as(new TaskDefinitionId(row.family, row.revision));
  }

  static Described.Service service(
      ServiceRow row,
      Map<String, Described.Counts> counts,
      List<Described.Event> events,
      @Nullable String rollout) {
    return new Described.Service(
        new ClusterName(row.cluster),
        new ServiceName(row.name),
        row.status,
        row.desiredCount,
        List.of(Codec.decodeStored(row.deployments, DeploymentState[].class)),
        Members.stored(row.document),
        tags(row.tags),
        row.createdAt,
        counts,
        events,
        rollout);
  }

  /**
   * @param service the document of its service, which has what the task's own leaves out
   */
  static Described.Task task(
      TaskRow row, String definition, String service, @Nullable String architecture) {
    return new Described.Task(
        new TaskId(row.id),
        new ClusterName(row.cluster),
        new TaskDefinitionId(row.family, row.revision),
        Members.stored(definition),
        row.taskGroup,
        row.startedBy,
        new RunnerId(row.runnerId),
        row.zone,
        row.desiredStatus,
        row.lastStatus,
        row.cpu,
        row.memoryMib,
        Members.stored(service).only(OF_SERVICE).over(Members.stored(row.document)),
        tags(row.tags),
        List.of(Codec.decodeStored(row.containers, ContainerObservation[].class)),
        row.stopCode,
        row.stoppedReason,
        row.connected,
        row.version,
        new Described.Times(
            row.createdAt,
            row.connectivityAt,
            row.pullStartedAt,
            row.pullStoppedAt,
            row.startedAt,
            row.stoppingAt,
            row.executionStoppedAt,
            row.stoppedAt),
        architecture);
  }

  static Described.Instance instance(RunnerRow row, Usage usage) {
    return new Described.Instance(
        new RunnerId(row.id),
        new ClusterName(row.cluster),
        row.status,
        row.connected,
        host(row),
        tags(row.tags),
        row.version,
        row.registeredAt,
        usage.cpu(),
        usage.memoryMiB(),
        usage.ports("tcp"),
        usage.ports("udp"),
        usage.running(),
        usage.pending());
  }

  /** With the attributes that were put on it, which go before its own. */
  private static HostResources host(RunnerRow row) {
    HostResources host = Codec.decodeStored(row.host, HostResources.class);
    Map<String, String> attributes = new TreeMap<>(host.attributes());
    attributes.putAll(tags(row.customAttributes));
    return new HostResources(
        host.hostName(),
        host.cpu(),
        host.memoryMiB(),
        host.reservedPorts(),
        attributes,
        host.agentVersion(),
        host.engineVersion(),
        host.shared());
  }

  static Instant instant(Object column) {
    return switch (column) {
      case Instant instant -> instant;
      case OffsetDateTime time -> time.toInstant();
      case Timestamp timestamp -> timestamp.toInstant();
      default -> throw new IllegalStateException("not a time: " + column.getClass());
    };
  }

  private static long number(Object column) {
    return ((Number) column).longValue();
  }

  private static Map<String, String> tags(String json) {
    Map<String, String> tags = new LinkedHashMap<>();
    Members.stored(json).values().forEach((key, value) -> tags.put(key, (String) value));
    return tags;
  }
}
