package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Sysctl;
import io.longshore.messages.ContainerPrivileges;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskSpec;
import io.longshore.runner.engine.EngineException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What containers may do. Restricted ones are held to the Pod Security Standard of that name
 * (kubernetes.io, "Pod Security Standards"), except for what their definition asks for: privileges,
 * capabilities, or to be root by {@code user}.
 */
final class PodSecurity {
  private static final Pattern USER =
      Pattern.compile("(?:(root)|(\\d{1,9}))(?::(?:(root)|(\\d{1,9})))?");
  private static final String NO_NEW_PRIVILEGES = "no-new-privileges";

  private PodSecurity() {}

  static PodSecurityContext ofThePod(TaskSpec task) {
    Map<String, String> controls = new LinkedHashMap<>();
    task.containers().forEach(spec -> controls.putAll(spec.privileges().systemControls()));
    return new PodSecurityContextBuilder()
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .withSysctls(
            controls.entrySet().stream()
                .map(control -> new Sysctl(control.getKey(), control.getValue()))
                .toList())
        .build();
  }

  /**
   * @throws EngineException {@code REFUSED} for what no Pod can be given
   */
  static SecurityContext of(ContainerSpec spec, boolean restricted) throws EngineException {
    ContainerPrivileges asked = spec.privileges();
    refuseWhatPodsDoNotHave(asked);
    SecurityContextBuilder context = new SecurityContextBuilder();
    if (spec.readonlyRootFilesystem()) {
      context.withReadOnlyRootFilesystem(true);
    }
    Long user = user(context, spec.user());
    Set<String> dropped = new LinkedHashSet<>(asked.capabilitiesDrop());
    boolean escalates =
        asked.capabilitiesAdd().contains("SYS_ADMIN") || asked.capabilitiesAdd().contains("ALL");
    if (asked.privileged()) {
      context.withPrivileged(true);
    } else if (asked.securityOptions().stream().anyMatch(PodSecurity::isNoNewPrivileges)
        || (restricted && !escalates)) {
      context.withAllowPrivilegeEscalation(false);
    }
    if (restricted && !asked.privileged()) {
      dropped = new LinkedHashSet<>(Set.of("ALL"));
      if (user == null || user != 0) {
        context.withRunAsNonRoot(true);
      }
    }
    if (!dropped.isEmpty() || !asked.capabilitiesAdd().isEmpty()) {
      context
          .withNewCapabilities()
          .withAdd(List.copyOf(asked.capabilitiesAdd()))
          .withDrop(List.copyOf(dropped))
          .endCapabilities();
    }
    return context.build();
  }

  private static void refuseWhatPodsDoNotHave(ContainerPrivileges asked) throws EngineException {
    if (!asked.devices().isEmpty()) {
      throw EngineException.refused(
          "the kubernetes driver has no devices: they need a Docker engine");
    }
    for (String option : asked.securityOptions()) {
      if (!isNoNewPrivileges(option)) {
        throw EngineException.refused("a Pod has no security option " + option);
      }
    }
  }

  private static boolean isNoNewPrivileges(String option) {
    return option.equals(NO_NEW_PRIVILEGES) || option.equals(NO_NEW_PRIVILEGES + ":true");
  }

  /** Kubernetes knows users by numbers only; the names are in the image. */
  private static @Nullable Long user(SecurityContextBuilder context, @Nullable String user)
      throws EngineException {
    if (user == null || user.isEmpty()) {
      return null;
    }
    Matcher matcher = USER.matcher(user);
    if (!matcher.matches()) {
      throw EngineException.refused(
          "a Pod has users by number only: user \"%s\" needs a Docker engine".formatted(user));
    }
    long id = matcher.group(1) == null ? Long.parseLong(matcher.group(2)) : 0;
    context.withRunAsUser(id);
    if (matcher.group(3) != null || matcher.group(4) != null) {
      context.withRunAsGroup(matcher.group(3) == null ? Long.parseLong(matcher.group(4)) : 0L);
    }
    return id;
  }
}
