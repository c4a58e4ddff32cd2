package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerPort;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import io.longshore.messages.NetworkBinding;
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

  private DockerAnswers() {}

  /** From a list, which does not say when a container ended or whether memory was the reason. */
  static Sighting listed(String name, Container container) {
    Sighting.Phase phase = phase(container.getState());
    Integer exitCode = phase == Sighting.Phase.EXITED ? exitCode(container.getStatus()) : null;
    Long created = container.getCreated();
    Instant started =
        phase == Sighting.Phase.CREATED || created == null ? null : Instant.ofEpochSecond(created);
    return new Sighting(
        name,
        container.getId(),
        phase,
        exitCode,
        false,
        started,
        null,
        null,
        bindings(container.getPorts()));
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
        network == null ? List.of() : bindings(network.getPorts()));
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
    return matcher.matches() ? Integer.valueOf(matcher.group(1)) : null;
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
