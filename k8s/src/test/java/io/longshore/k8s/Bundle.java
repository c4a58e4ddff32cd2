package io.longshore.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All that one overlay applies, and what operators make of it. */
record Bundle(List<Manifest> manifests) {
  /**
   * Pods that will be there.
   *
   * @param ports by their names; null if an operator makes them
   */
  record Pods(String namespace, Map<String, String> labels, @Nullable Set<String> ports) {
    boolean match(Map<String, String> selector) {
      return labels.entrySet().containsAll(selector.entrySet());
    }
  }

  Stream<Manifest> ofKind(String... kinds) {
    Set<String> wanted = Set.of(kinds);
    return manifests.stream().filter(manifest -> wanted.contains(manifest.kind()));
  }

  @Nullable Manifest find(String kind, String namespace, String name) {
    return ofKind(kind)
        .filter(one -> one.namespace().equals(namespace) && one.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  Stream<Manifest> workloads() {
    return manifests.stream().filter(Manifest::makesPods);
  }

  List<Pods> pods() {
    List<Pods> all = new ArrayList<>();
    workloads()
        .forEach(one -> {
          Set<String> ports = new HashSet<>();
          one.template()
              .at("/spec/containers")
              .forEach(container ->
                  container.path("ports").forEach(port -> ports.add(port.path("name").asText())));
          all.add(
              new Pods(
                  one.namespace(), Manifest.texts(one.template().at("/metadata/labels")), ports));
        });
    ofKind("KafkaNodePool")
        .forEach(pool -> {
          Map<String, String> labels =
              new HashMap<>(pool.texts("/spec/template/pod/metadata/labels"));
          labels.putAll(pool.texts("/metadata/labels"));
          all.add(new Pods(pool.namespace(), labels, null));
        });
    ofKind("Cluster")
        .forEach(cluster -> {
          Map<String, String> labels =
              new HashMap<>(cluster.texts("/spec/inheritedMetadata/labels"));
          labels.put("cnpg.io/cluster", cluster.name());
          all.add(new Pods(cluster.namespace(), labels, null));
        });
    return all;
  }

  /** The keys of each Secret that is applied or made, by namespace and name. */
  Map<String, Set<String>> secrets() {
    Map<String, Set<String>> secrets = new HashMap<>();
    for (Manifest manifest : manifests) {
      String here = manifest.namespace() + "/";
      switch (manifest.kind()) {
        case "Secret" -> {
          Set<String> keys = new HashSet<>(manifest.texts("/data").keySet());
          keys.addAll(manifest.texts("/stringData").keySet());
          secrets.put(here + manifest.name(), keys);
        }
        case "Kafka" ->
            secrets.put(
                here + manifest.name() + "-cluster-ca-cert",
                Set.of("ca.crt", "ca.p12", "ca.password"));
        case "KafkaUser" ->
            secrets.put(
                here + manifest.name(),
                Set.of("ca.crt", "user.crt", "user.key", "user.p12", "user.password"));
        case "Certificate" ->
            secrets.put(
                here + manifest.text("/spec/secretName"), Set.of("ca.crt", "tls.crt", "tls.key"));
        case "Cluster" -> secrets.put(here + manifest.name() + "-ca", Set.of("ca.crt"));
        default -> {}
      }
    }
    return secrets;
  }

  /** Names under which something answers, each with its port. */
  Set<String> addresses() {
    Set<String> addresses = new HashSet<>();
    ofKind("Service")
        .forEach(service ->
            service
                .at("/spec/ports")
                .forEach(port -> put(addresses, service, service.name(), port.path("port"))));
    ofKind("Kafka")
        .forEach(kafka ->
            kafka
                .at("/spec/kafka/listeners")
                .forEach(listener ->
                    put(
                        addresses,
                        kafka,
                        kafka.name() + "-kafka-bootstrap",
                        listener.path("port"))));
    ofKind("Cluster")
        .forEach(cluster -> {
          for (String role : List.of("-rw", "-ro", "-r")) {
            addresses.add(cluster.namespace() + "/" + cluster.name() + role + ":5432");
          }
        });
    return addresses;
  }

  private static void put(Set<String> all, Manifest manifest, String name, JsonNode port) {
    all.add(manifest.namespace() + "/" + name + ":" + port.asText());
  }

  /**
   * The environment of a container as far as it is known: values, and of what comes from a Secret
   * the name alone.
   */
  Map<String, String> environment(Manifest workload, JsonNode container) {
    Map<String, String> environment = new HashMap<>();
    container
        .path("envFrom")
        .forEach(from -> {
          Manifest map =
              find("ConfigMap", workload.namespace(), from.at("/configMapRef/name").asText());
          if (map != null) {
            environment.putAll(map.texts("/data"));
          }
        });
    container
        .path("env")
        .forEach(variable ->
            environment.put(variable.path("name").asText(), variable.path("value").asText("")));
    return environment;
  }

  boolean anyPods(String namespace, Map<String, String> selector) {
    return anyPods(pods -> pods.namespace().equals(namespace) && pods.match(selector));
  }

  boolean anyPods(Predicate<Pods> wanted) {
    return pods().stream().anyMatch(wanted);
  }
}
