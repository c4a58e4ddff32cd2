package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.LogConfig.LoggingType;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.RestartPolicy;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.engine.EngineException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the engine is asked for, from what a task definition says. */
final class DockerRequests {
  private static final long MIB = 1L << 20;
  // The engine's least; ECS sends the same for definitions that ask for none or for one.
  private static final int LEAST_CPU_SHARES = 2;
  // Containers that say nothing of logs must not fill the disk.
  private static final Map<String, String> BOUNDED = Map.of("max-size", "16m", "max-file", "2");

  private DockerRequests() {}

  /** Follows from the task and the container's name, so that the engine refuses a second one. */
  static String name(TaskAssignment assignment, String container) {
    var definition = assignment.spec().definition();
    return "ecs-%s-%d-%s-%s"
        .formatted(definition.family(), definition.revision(), container, assignment.task());
  }

  static CreateContainerCmd create(
      DockerClient client,
      TaskAssignment assignment,
      ContainerSpec spec,
      Map<String, String> labels)
      throws EngineException {
    CreateContainerCmd command =
        client
            .createContainerCmd(spec.imageToRun())
            .withName(name(assignment, spec.name()))
            .withLabels(labels)
            .withEnv(
                spec.environment().entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .toList())
            .withHostConfig(host(assignment, spec))
            .withHealthcheck(DockerSettings.health(spec.ordering().healthCheck()))
            .withStdinOpen(spec.privileges().interactive())
            .withTty(spec.privileges().pseudoTerminal());
    if (publishes(assignment, spec)) {
      command.withExposedPorts(
          spec.portMappings().stream()
              .map(port -> exposed(port.containerPort(), port.protocol()))
              .toList());
    }
    if (!spec.entryPoint().isEmpty()) {
      command.withEntrypoint(spec.entryPoint());
    }
    if (!spec.command().isEmpty()) {
      command.withCmd(spec.command());
    }
    if (spec.workingDirectory() != null) {
      command.withWorkingDir(spec.workingDirectory());
    }
    if (spec.user() != null) {
      command.withUser(spec.user());
    }
    if (spec.networking().hostname() != null) {
      command.withHostName(spec.networking().hostname());
    }
    return command;
  }

  /** Only on a network of its own there is something to publish. */
  static boolean publishes(TaskAssignment assignment, ContainerSpec spec) {
    return switch (DockerSettings.networkMode(assignment, spec)) {
      case "host", "none" -> false;
      default -> !DockerSettings.isOfTheTask(assignment.spec());
    };
  }

  private static HostConfig host(TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    HostConfig host =
        HostConfig.newHostConfig()
            // What is started again is the scheduler's and the restart policy's to say.
            .withRestartPolicy(RestartPolicy.noRestart())
            .withAutoRemove(false)
            .withReadonlyRootfs(spec.readonlyRootFilesystem())
            .withCpuShares(Math.max(LEAST_CPU_SHARES, spec.cpu()))
            .withLogConfig(log(spec.logDriver(), spec.logOptions()));
    if (spec.memoryMiB() != null) {
      host.withMemory(spec.memoryMiB() * MIB);
    }
    if (spec.memoryReservationMiB() != null) {
      host.withMemoryReservation(spec.memoryReservationMiB() * MIB);
    }
    if (publishes(assignment, spec)) {
      host.withPortBindings(ports(spec));
    }
    DockerSettings.apply(host, assignment, spec);
    return host;
  }

  static List<PortBinding> ports(ContainerSpec spec) {
    return spec.portMappings().stream()
        .map(port ->
            new PortBinding(
                port.hostPort() == 0
                    ? Ports.Binding.empty()
                    : Ports.Binding.bindPort(port.hostPort()),
                exposed(port.containerPort(), port.protocol())))
        .toList();
  }

  private static ExposedPort exposed(int port, String protocol) {
    return new ExposedPort(
        port, protocol.equals("udp") ? InternetProtocol.UDP : InternetProtocol.TCP);
  }

  /** Logs stay on the host: those meant for CloudWatch are kept there too. */
  private static LogConfig log(@Nullable String driver, Map<String, String> options) {
    LoggingType type = driver == null ? null : LoggingType.fromValue(driver);
    if (type == null || type == LoggingType.AWSLOGS) {
      return new LogConfig(LoggingType.JSON_FILE, BOUNDED);
    }
    if (type == LoggingType.JSON_FILE && options.isEmpty()) {
      return new LogConfig(LoggingType.JSON_FILE, BOUNDED);
    }
    return new LogConfig(type, options);
  }
}
