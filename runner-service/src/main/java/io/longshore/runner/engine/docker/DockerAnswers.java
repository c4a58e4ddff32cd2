package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ContainerPort;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.PortMapping;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.core.Sighting;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the engine answers, as sightings. Engines leave members out, and newer ones may say words
 * nobody has heard yet: nothing here trusts an answer to be complete.
 */
final class DockerAnswers {
  private static final Pattern EXITED = Pattern.compile("^(?:Exited|Dead) \\((-?\\d{1,10})\\).*");

  private static final Pattern HEALTH = Pattern.compile("^Up .*\\(([a-z: ]{1,30})\\)$");

  /** 9999-12-31, the last that everybody can write down. */
  private static final long LAST_SECOND = 253_402_300_799L;

  private DockerAnswers() {}

  /** From a list, which does not say when a container ended or whether memory was the reason. */
  static Sighting listed(String name, Container container) {
    Sighting.Phase phase = phase(container.getState());
    Integer exitCode = phase == Sighting.Phase.EXITED ? exitCode(container.getStatus()) : null;
    Instant started = phase == Sighting.Phase.CREATED ? null : time(container.getCreated());
    return new Sighting(
        name,
        container.getId(),
        phase,
        exitCode,
        false,
        started,
        null,
        null,
        bindings(container.getPorts()),
        phase == Sighting.Phase.RUNNING ? listedHealth(container.getStatus()) : null,
        container.getNetworkSettings() == null
            ? null
            : address(container.getNetworkSettings().getNetworks()));
  }

  /** For example {@code Up 5 seconds (unhealthy)}. */
  private static @Nullable HealthStatus listedHealth(@Nullable String status) {
    Matcher matcher = HEALTH.matcher(status == null ? "" : status);
    return matcher.matches() ? health(matcher.group(1)) : null;
  }

  /** Null for a word that says nothing, as that of a container without a check. */
  static @Nullable HealthStatus health(@Nullable String word) {
    return switch (word == null ? "" : word) {
      case "healthy" -> HealthStatus.HEALTHY;
      case "unhealthy" -> HealthStatus.UNHEALTHY;
      case "starting", "health: starting" -> HealthStatus.UNKNOWN;
      default -> null;
    };
  }

  private static @Nullable String address(@Nullable Map<String, ContainerNetwork> networks) {
    for (ContainerNetwork network :
        networks == null ? List.<ContainerNetwork>of() : networks.values()) {
      String address = network == null ? null : network.getIpAddress();
      if (address != null && !address.isEmpty()) {
        return address;
      }
    }
    return null;
  }

  static Sighting inspected(String name, InspectContainerResponse answer) {
    var state = answer.getState();
    Sighting.Phase phase = phase(state.getStatus());
    boolean exited = phase == Sighting.Phase.EXITED;
    Long exitCode = exited ? state.getExitCodeLong() : null;
    var network = answer.getNetworkSettings();
    return new Sighting(
        name,
        answer.getId(),
        phase,
        exitCode == null ? null : exitCode.intValue(),
        exited && Boolean.TRUE.equals(state.getOOMKilled()),
        time(state.getStartedAt()),
        exited ? time(state.getFinishedAt()) : null,
        null,
        network == null ? List.of() : bindings(network.getPorts()),
        exited || state.getHealth() == null ? null : health(state.getHealth().getStatus()),
        network == null ? null : address(network.getNetworks()));
  }

  /** What a container has of the network it joined: the address, and those ports that are its. */
  static Sighting joined(Sighting own, Sighting network, TaskAssignment assignment) {
    List<PortMapping> ports =
        assignment.spec().containers().stream()
            .filter(spec -> spec.name().equals(own.container()))
            .flatMap(spec -> spec.portMappings().stream())
            .toList();
    return own.at(network.address())
        .bound(
            network.networkBindings().stream()
                .filter(binding ->
                    ports.stream()
                        .anyMatch(port ->
                            port.containerPort() == binding.containerPort()
                                && port.protocol().equals(binding.protocol())))
                .toList());
  }

  /** Null for what is no time of any container. */
  private static @Nullable Instant time(@Nullable Long seconds) {
    return seconds == null || seconds < 0 || seconds > LAST_SECOND
        ? null
        : Instant.ofEpochSecond(seconds);
  }

  /** Null where the engine says 0001-01-01, or nothing. */
  static @Nullable Instant time(@Nullable String text) {
    if (text == null || text.isEmpty() || text.startsWith("0001")) {
      return null;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static Sighting.Phase phase(@Nullable String word) {
    return switch (word == null ? "" : word) {
      case "created" -> Sighting.Phase.CREATED;
      case "exited", "dead", "removing" -> Sighting.Phase.EXITED;
      // Paused and restarting, and whatever may come, have a process or will have one.
      default -> Sighting.Phase.RUNNING;
    };
  }

  private static @Nullable Integer exitCode(@Nullable String status) {
    Matcher matcher = EXITED.matcher(status == null ? "" : status);
    // Some systems' codes have 32 bits without a sign.
    return matcher.matches() ? (Integer) (int) Long.parseLong(matcher.group(1)) : null;
  }

  private static List<NetworkBinding> bindings(ContainerPort @Nullable [] ports) {
    Set<NetworkBinding> bindings = new LinkedHashSet<>();
    for (ContainerPort port : ports == null ? new ContainerPort[0] : ports) {
      Integer inside = port.getPrivatePort();
      Integer outside = port.getPublicPort();
      if (inside != null && outside != null && isIpv4(port.getIp())) {
        String protocol = port.getType() == null ? "tcp" : port.getType();
        bindings.add(new NetworkBinding(orAny(port.getIp()), inside, outside, protocol));
      }
    }
    return List.copyOf(bindings);
  }

  private static List<NetworkBinding> bindings(@Nullable Ports ports) {
    List<NetworkBinding> bindings = new ArrayList<>();
    Map<ExposedPort, Ports.Binding[]> all = ports == null ? Map.of() : ports.getBindings();
    all.forEach((exposed, published) -> {
      for (Ports.Binding binding : published == null ? new Ports.Binding[0] : published) {
        String port = binding.getHostPortSpec();
        if (port != null && port.matches("\\d{1,5}") && isIpv4(binding.getHostIp())) {
          bindings.add(
              new NetworkBinding(
                  orAny(binding.getHostIp()),
                  exposed.getPort(),
                  Integer.parseInt(port),
                  exposed.getProtocol().toString()));
        }
      }
    });
    return bindings;
  }

  /** The same port is told once more for IPv6; ECS tells it once. */
  private static boolean isIpv4(@Nullable String address) {
    return address == null || !address.contains(":");
  }

  private static String orAny(@Nullable String address) {
    return address == null || address.isEmpty() ? "0.0.0.0" : address;
  }
}
