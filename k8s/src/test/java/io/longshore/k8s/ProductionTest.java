package io.longshore.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.longshore.messages.Topics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the example for production promises beyond what holds for any overlay. */
class ProductionTest {
  private static Bundle bundle = new Bundle(List.of());

  @BeforeAll
  static void render() throws Exception {
    bundle = Overlay.bundle("production", Overlay.render("production"));
  }

  private record Ours(
      String service, Manifest workload, JsonNode container, Map<String, String> environment) {}

  private static List<Ours> ours() {
    List<Ours> all = new ArrayList<>();
    bundle
        .workloads()
        .forEach(workload ->
            workload
                .template()
                .at("/spec/containers")
                .forEach(container ->
                    all.add(
                        new Ours(
                            Settings.service(container).orElseThrow(),
                            workload,
                            container,
                            bundle.environment(workload, container)))));
    return all;
  }

  @Test
  void allServicesAreThere() {
    assertThat(ours())
        .extracting(Ours::service)
        .containsExactlyInAnyOrder(
            "api-service",
            "scheduler-service",
            "load-balancer",
            "runner-service",
            "runner-service");
  }

  @Test
  void brokersAreReachedByTlsAsThePrincipalOfTheService() {
    assertThat(bundle.ofKind("Kafka").toList())
        .singleElement()
        .satisfies(kafka -> {
          assertThat(kafka.at("/spec/kafka/listeners"))
              .isNotEmpty()
              .allSatisfy(listener -> {
                assertThat(listener.path("tls").asBoolean()).isTrue();
                assertThat(listener.at("/authentication/type").asText()).isEqualTo("tls");
              });
          assertThat(kafka.text("/spec/kafka/authorization/type")).isEqualTo("simple");
        });
    assertThat(ours())
        .allSatisfy(one -> {
          assertThat(one.environment()).containsEntry("KAFKA_SECURITY_PROTOCOL", "SSL");
          JsonNode secret = null;
          for (JsonNode volume : one.workload().template().at("/spec/volumes")) {
            secret =
                volume.path("name").asText().equals("kafka-user")
                    ? volume.at("/secret/secretName")
                    : secret;
          }
          assertThat(secret).isNotNull();
          // The workload's own name, which is the service's.
          assertThat(secret.asText()).isEqualTo(one.workload().name());
          assertThat(bundle.find("KafkaUser", "longshore", secret.asText())).isNotNull();
        });
  }

  @Test
  void theDatabaseIsReachedByTlsOnly() {
    assertThat(ours())
        .flatExtracting(one -> one.environment().values())
        .filteredOn(value -> String.valueOf(value).startsWith("jdbc:"))
        .hasSize(2)
        .allSatisfy(url ->
            assertThat(String.valueOf(url))
                .contains("sslmode=verify-full")
                .contains("sslrootcert="));
    assertThat(bundle.ofKind("Cluster").toList())
        .singleElement()
        .satisfies(cluster ->
            assertThat(cluster.text("/spec/postgresql/pg_hba/0"))
                .isEqualTo("hostnossl all all all reject"));
  }

  @Test
  void theApiDoesNotKnowThePasswordOfTheRoleThatWrites() {
    assertThat(ours())
        .filteredOn(one -> one.environment().containsKey("LONGSHORE_DATABASE_PASSWORD"))
        .extracting(Ours::service)
        .containsExactly("scheduler-service");
  }

  @Test
  void servicesAreReachedByTlsUnlessOnLoopback() {
    assertThat(ours())
        .allSatisfy(one -> {
          boolean loopback = one.workload().kind().equals("DaemonSet");
          assertThat(one.environment().containsKey("QUARKUS_HTTP_HOST"))
              .as("the runner's image listens on loopback unless told otherwise")
              .isEqualTo(one.service().equals("runner-service") && !loopback);
          assertThat(one.environment().getOrDefault("QUARKUS_HTTP_INSECURE_REQUESTS", "enabled"))
              .isEqualTo(loopback ? "enabled" : "disabled");
          for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            JsonNode asked = one.container().path(probe).path("httpGet");
            assertThat(asked.path("scheme").asText("HTTP")).isEqualTo(loopback ? "HTTP" : "HTTPS");
            assertThat(asked.path("host").asText("")).isEqualTo(loopback ? "127.0.0.1" : "");
          }
        });
  }

  @Test
  void principalsMayNoMoreThanTheyNeed() throws IllegalAccessException {
    Set<String> topics = new HashSet<>();
    for (var field : Topics.class.getFields()) {
      if (field.get(null) instanceof String name && name.startsWith("longshore.")) {
        topics.add(name);
      }
    }
    Map<String, Set<String>> makers = new TreeMap<>();
    Set<String> named = new TreeSet<>();
    bundle
        .ofKind("KafkaUser")
        .forEach(user ->
            user.at("/spec/authorization/acls")
                .forEach(acl -> {
                  String type = acl.at("/resource/type").asText();
                  String name = acl.at("/resource/name").asText();
                  boolean literal = acl.at("/resource/patternType").asText().equals("literal");
                  assertThat(type).isIn("topic", "group");
                  for (JsonNode operation : acl.path("operations")) {
                    if (type.equals("topic") && literal) {
                      named.add(name);
                      assertThat(operation.asText()).isIn("Read", "Write");
                    } else if (type.equals("topic")) {
                      assertThat(name).isEqualTo("longshore.");
                      makers
                          .computeIfAbsent(operation.asText(), any -> new TreeSet<>())
                          .add(user.name());
                    } else {
                      assertThat(operation.asText()).isEqualTo("Read");
                    }
                  }
                }));
    assertThat(named).isEqualTo(topics);
    assertThat(makers).containsOnlyKeys("Create", "Describe");
    assertThat(makers.get("Create")).containsExactly("longshore-scheduler");
  }
}
