package io.longshore.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether Pods keep to the restricted level of the Pod Security Standards (kubernetes.io, "Pod
 * Security Standards") and have what every Pod here has: resources, probes, a pinned image, a file
 * system that cannot be written, and no token they do not need.
 */
final class Containers {
  /** What some may do, and why. */
  private static final Map<String, Map<Rule, String>> ALLOWED =
      Map.of(
          "DaemonSet longshore-hosts/longshore-runner",
          Map.of(
              Rule.NO_ROOT, "the engine's socket is root's",
              Rule.NO_HOST_NETWORK, "containers ask about themselves at the engine's bridge",
              Rule.NO_HOST_PATH, "it drives the node's engine"),
          "StatefulSet longshore/longshore-runner",
          Map.of(Rule.NO_TOKEN, "it makes Pods"),
          "StatefulSet longshore/longshore-kafka",
          Map.of(
              Rule.READ_ONLY, "the image writes its configuration; for dev",
              Rule.LIVENESS, "for dev"),
          "StatefulSet longshore/longshore-postgres",
          Map.of(
              Rule.READ_ONLY,
              "the image writes where it likes; for dev",
              Rule.LIVENESS,
              "for dev"));

  /** What is looked at. */
  enum Rule {
    NO_ROOT,
    NO_HOST_NETWORK,
    NO_HOST_PATH,
    NO_TOKEN,
    NO_ESCALATION,
    NO_CAPABILITIES,
    SECCOMP,
    READ_ONLY,
    NO_SERVICE_LINKS,
    RESOURCES,
    PINNED,
    PROBES,
    LIVENESS
  }

  private final Manifest workload;
  private final List<Problem> problems;
  private final Set<String> used;

  private Containers(Manifest workload, List<Problem> problems, Set<String> used) {
    this.workload = workload;
    this.problems = problems;
    this.used = used;
  }

  /**
   * @param used gets what was allowed and was needed
   */
  static List<Problem> check(Bundle bundle, Set<String> used) {
    List<Problem> problems = new ArrayList<>();
    bundle.workloads().forEach(workload -> new Containers(workload, problems, used).pod());
    return problems;
  }

  /** Everything that is allowed to somebody. */
  static Set<String> allowed() {
    Set<String> all = new TreeSet<>();
    ALLOWED.forEach((who, rules) -> rules.keySet().forEach(rule -> all.add(who + " " + rule)));
    return all;
  }

  private void refuse(Rule rule, String path, String what) {
    if (ALLOWED.getOrDefault(workload.id(), Map.of()).containsKey(rule)) {
      used.add(workload.id() + " " + rule);
    } else {
      problems.add(workload.problem("spec.template.spec" + path, what));
    }
  }

  private void require(boolean holds, Rule rule, String path, String what) {
    if (!holds) {
      refuse(rule, path, what);
    }
  }

  private void pod() {
    JsonNode pod = workload.template().path("spec");
    for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
      require(
          !pod.path(shared).asBoolean(false),
          Rule.NO_HOST_NETWORK,
          "." + shared,
          "it is the node's own");
    }
    require(
        !pod.path("automountServiceAccountToken").asBoolean(true),
        Rule.NO_TOKEN,
        ".automountServiceAccountToken",
        "it has to be false");
    require(
        !pod.path("enableServiceLinks").asBoolean(true),
        Rule.NO_SERVICE_LINKS,
        ".enableServiceLinks",
        "it has to be false, or Services look like settings");
    require(
        pod.at("/securityContext/seccompProfile/type").asText().equals("RuntimeDefault"),
        Rule.SECCOMP,
        ".securityContext.seccompProfile.type",
        "it has to be RuntimeDefault");
    require(
        pod.at("/securityContext/runAsNonRoot").asBoolean(false)
            && pod.at("/securityContext/runAsUser").asInt(0) > 0,
        Rule.NO_ROOT,
        ".securityContext",
        "runAsNonRoot has to be true, and runAsUser a number above 0");
    pod.path("volumes")
        .forEach(volume ->
            require(
                !volume.has("hostPath"),
                Rule.NO_HOST_PATH,
                ".volumes[%s]".formatted(volume.path("name").asText()),
                "it is the node's own"));
    List<JsonNode> containers = new ArrayList<>();
    pod.path("initContainers").forEach(containers::add);
    pod.path("containers").forEach(containers::add);
    containers.forEach(this::container);
  }

  private void container(JsonNode container) {
    String path = ".containers[%s]".formatted(container.path("name").asText());
    JsonNode context = container.path("securityContext");
    String security = path + ".securityContext";
    require(
        !context.path("allowPrivilegeEscalation").asBoolean(true)
            && !context.path("privileged").asBoolean(false),
        Rule.NO_ESCALATION,
        security,
        "allowPrivilegeEscalation has to be false");
    require(
        context.at("/capabilities/drop/0").asText().equals("ALL")
            && context.at("/capabilities/add").isMissingNode(),
        Rule.NO_CAPABILITIES,
        security,
        "all capabilities have to be dropped");
    require(
        context.path("runAsNonRoot").asBoolean(true) && context.path("runAsUser").asInt(1) > 0,
        Rule.NO_ROOT,
        security,
        "it may not be root");
    require(
        context.path("readOnlyRootFilesystem").asBoolean(false),
        Rule.READ_ONLY,
        security,
        "readOnlyRootFilesystem has to be true");
    JsonNode resources = container.path("resources");
    require(
        resources.at("/requests/cpu").isTextual()
            && resources.at("/requests/memory").isTextual()
            && resources.at("/requests/memory").equals(resources.at("/limits/memory")),
        Rule.RESOURCES,
        path + ".resources",
        "requests for cpu and memory, and a limit of as much memory, have to be there");
    require(
        container.path("image").asText().matches("[a-z0-9./-]+:[a-z0-9][a-z0-9.-]*")
            && !container.path("image").asText().endsWith(":latest"),
        Rule.PINNED,
        path + ".image",
        "\"%s\" names no version".formatted(container.path("image").asText()));
    probes(container, path);
  }

  private void probes(JsonNode container, String path) {
    Set<String> ports = new HashSet<>();
    container.path("ports").forEach(port -> ports.add(port.path("name").asText()));
    for (String kind : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      JsonNode probe = container.path(kind);
      Rule rule = kind.equals("livenessProbe") ? Rule.LIVENESS : Rule.PROBES;
      if (probe.isMissingNode()) {
        refuse(rule, path, "it has no " + kind);
        continue;
      }
      JsonNode action = probe.has("httpGet") ? probe.path("httpGet") : probe.path("tcpSocket");
      require(
          ports.contains(action.path("port").asText()),
          rule,
          path + "." + kind,
          "the port %s is not there".formatted(action.path("port")));
      if (probe.has("httpGet")) {
        String asked = kind.equals("readinessProbe") ? "/q/health/ready" : "/q/health/live";
        require(
            action.path("path").asText().equals(asked),
            rule,
            path + "." + kind,
            "it has to ask at %s rather than at %s".formatted(asked, action.path("path")));
      }
    }
  }
}
