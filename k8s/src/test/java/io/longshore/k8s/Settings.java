package io.longshore.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.messages.BrokerConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.ConfigException;

/**
 * Whether the environment of our containers is made of settings there are: those of the README's
 * table that the service reads, and a few of Quarkus.
 */
final class Settings {
  private static final Pattern ROW =
      Pattern.compile("^\\| (`(?:longshore|kafka)\\.[^|]*) \\| [^|]* \\| [^|]+ \\|$");
  private static final String JDBC = "jdbc:postgresql://";
  private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");

  /** Of Quarkus: another one is tried with a service that runs before it is written here. */
  private static final Set<String> QUARKUS =
      Set.of(
          "QUARKUS_HTTP_HOST",
          "QUARKUS_HTTP_SSL_PORT",
          "QUARKUS_HTTP_INSECURE_REQUESTS",
          "QUARKUS_HTTP_SSL_CERTIFICATE_FILES",
          "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_FILES",
          "QUARKUS_HTTP_SSL_CERTIFICATE_RELOAD_PERIOD");

  /** The settings that only some services read, by how their keys begin. */
  private static final Map<String, Set<String>> OWNERS =
      Map.of(
          "LONGSHORE_DATABASE_", Set.of("scheduler-service"),
          "LONGSHORE_READ_DATABASE_", Set.of("api-service", "scheduler-service"),
          "LONGSHORE_API_", Set.of("api-service"),
          "LONGSHORE_SCHEDULER_", Set.of("scheduler-service"),
          "LONGSHORE_RUNNER_", Set.of("runner-service"),
          "LONGSHORE_BALANCER_", Set.of("load-balancer"));

  private static final Map<String, String> PORTS =
      Map.of(
          "api-service", "8080",
          "scheduler-service", "8082",
          "runner-service", "8083",
          "load-balancer", "8084");

  private final Bundle bundle;
  private final Set<String> keys;
  private final List<Problem> problems = new ArrayList<>();

  private Settings(Bundle bundle, Set<String> keys) {
    this.bundle = bundle;
    this.keys = keys;
  }

  /**
   * @param keys the environment variables there are
   */
  static List<Problem> check(Bundle bundle, Set<String> keys) {
    Settings settings = new Settings(bundle, keys);
    bundle
        .workloads()
        .forEach(workload ->
            workload
                .template()
                .at("/spec/containers")
                .forEach(container -> settings.of(workload, container)));
    return settings.problems;
  }

  /** The environment variable of each key in the README's table. */
  static Set<String> variables(Path readme) throws IOException {
    Set<String> variables = new TreeSet<>();
    for (String line : Files.readAllLines(readme)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        String stem = "";
        for (var found : QUOTED.matcher(row.group(1)).results().toList()) {
          String key = found.group(1).startsWith(".") ? stem + found.group(1) : found.group(1);
          stem = stem.isEmpty() ? key.substring(0, key.lastIndexOf('.')) : stem;
          variables.add(variable(key));
        }
      }
    }
    return variables;
  }

  private static String variable(String key) {
    return key.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  /** The service whose image it is; empty if it is none of ours. */
  static Optional<String> service(JsonNode container) {
    String image = container.path("image").asText().replaceFirst(":[^/]*$", "");
    return PORTS.keySet().stream().filter(one -> image.endsWith("longshore/" + one)).findFirst();
  }

  private void of(Manifest workload, JsonNode container) {
    String service = service(container).orElse("");
    if (service.isEmpty()) {
      return;
    }
    String path =
        "spec.template.spec.containers[%s].env".formatted(container.path("name").asText());
    Map<String, String> environment = bundle.environment(workload, container);
    Set<String> kafka = new HashSet<>();
    Map<String, String> known = new HashMap<>();
    environment.forEach(
        (name, value) -> known.put(name, value.isEmpty() ? "from a secret" : value));
    BrokerConnection connection =
        BrokerConnection.of(key -> {
          String name = variable(key);
          if (known.containsKey(name)) {
            kafka.add(name);
          }
          return Optional.ofNullable(known.get(name));
        });
    try {
      AdminClientConfig.configDef().parse(connection.settings());
    } catch (ConfigException e) {
      problems.add(workload.problem(path, String.valueOf(e.getMessage())));
    }
    environment.keySet().stream()
        .sorted()
        .filter(name -> !kafka.contains(name) && !QUARKUS.contains(name) && !isOf(service, name))
        .forEach(name ->
            problems.add(
                workload.problem(
                    path + "[" + name + "]", "%s has no such setting".formatted(service))));
    environment.forEach((name, value) -> reached(workload, path + "[" + name + "]", name, value));
    environment.forEach(
        (name, value) -> mounted(workload, container, path + "[" + name + "]", value));
    port(workload, container, service, environment);
  }

  private boolean isOf(String service, String name) {
    return (keys.contains(name) || name.startsWith("LONGSHORE_RUNNER_ATTRIBUTES_"))
        && OWNERS.entrySet().stream()
            .allMatch(
                entry -> !name.startsWith(entry.getKey()) || entry.getValue().contains(service));
  }

  /** Addresses of brokers and databases are those of something that is applied. */
  private void reached(Manifest workload, String path, String name, String value) {
    String address = "";
    if (name.equals("KAFKA_BOOTSTRAP_SERVERS")) {
      address = value;
    } else if (value.startsWith(JDBC)) {
      address = value.substring(JDBC.length()).replaceFirst("/.*$", "");
    }
    if (address.isEmpty()) {
      return;
    }
    String host = address.replaceFirst(":.*$", "");
    String port = address.substring(host.length());
    List<String> parts = List.of(host.split("\\.", -1));
    String namespace = parts.size() > 1 ? parts.get(1) : workload.namespace();
    if (!bundle.addresses().contains(namespace + "/" + parts.getFirst() + port)) {
      problems.add(workload.problem(path, "nothing here answers at " + address));
    }
  }

  /** Files of ours come from Secrets: each has to be mounted by the name it is read under. */
  private void mounted(Manifest workload, JsonNode container, String path, String value) {
    Matcher file = Pattern.compile("/etc/longshore/[a-z-]+(?:/([a-z0-9.]+))?").matcher(value);
    if (!file.find()) {
      return;
    }
    for (JsonNode mount : container.path("volumeMounts")) {
      String at = mount.path("mountPath").asText();
      for (JsonNode volume : workload.template().at("/spec/volumes")) {
        if (volume.path("name").equals(mount.path("name"))
            && (file.group().equals(at) || hasFile(volume, file.group(), at))) {
          return;
        }
      }
    }
    problems.add(workload.problem(path, "%s is not mounted".formatted(file.group())));
  }

  private static boolean hasFile(JsonNode volume, String file, String at) {
    for (JsonNode item : volume.at("/secret/items")) {
      if (file.equals(at + "/" + item.path("path").asText())) {
        return true;
      }
    }
    return false;
  }

  /** The first port of a container is the one its service listens at. */
  private void port(
      Manifest workload, JsonNode container, String service, Map<String, String> environment) {
    String usual = String.valueOf(PORTS.get(service));
    String listens =
        environment.getOrDefault("QUARKUS_HTTP_INSECURE_REQUESTS", "enabled").equals("disabled")
            ? environment.getOrDefault("QUARKUS_HTTP_SSL_PORT", "8443")
            : environment.getOrDefault("QUARKUS_HTTP_PORT", usual);
    String declared = container.at("/ports/0/containerPort").asText();
    if (!declared.equals(listens)) {
      problems.add(
          workload.problem(
              "spec.template.spec.containers[%s].ports".formatted(container.path("name").asText()),
              "it listens at %s and not at %s".formatted(listens, declared)));
    }
  }
}
