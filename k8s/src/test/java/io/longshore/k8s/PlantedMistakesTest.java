package io.longshore.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The check finds each of these mistakes, and says where it is. */
class PlantedMistakesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          base/api.yaml                         | containers:          | contianers:           | spec.template.spec.contianers
          base/scheduler.yaml                   | runAsNonRoot: true   | runAsNonroot: true    | spec.template.spec.securityContext.runAsNonroot
          base/scheduler.yaml                   | containerPort: 8082  | containerPort: "8082" | spec.template.spec.containers[0].ports[0].containerPort
          base/load-balancer.yaml               | protocol: TCP        | protocol: TPC         | spec.template.spec.containers[0].ports[0].protocol
          base/api.yaml                         | autoscaling/v2       | autoscaling/v3        | kind
          base/network-policies.yaml            | podSelector: {}      | podSelectors: {}      | spec.podSelectors
          runner-kubernetes/runner.yaml         | - watch              | - wacth               | rules[0].verbs
          overlays/dev/kustomization.yaml       | behavior: merge      | behaviour: merge      | configMapGenerator[0].behaviour
          overlays/dev/kafka.yaml               | value: "1"           | value: 1              | spec.template.spec.containers[0].env[0].value
          overlays/production/kafka.yaml        | kraftMetadata:       | kraftMetaData:        | kraftMetaData
          overlays/production/kafka.yaml        | replicas: 3          | replicas: "3"         | spec.replicas
          overlays/production/kafka-users.yaml  | operations:          | operation:            | spec.authorization.acls[0].operation
          overlays/production/postgres.yaml     | instances: 3         | instances: three      | spec.instances
          overlays/production/postgres.yaml     | createrole: true     | createRole: true      | spec.managed.roles[0].createRole
          overlays/production/certificates.yaml | secretName:          | secretname:           | spec.secretname
          """)
  void aMistakeInAFileIsFound(String file, String right, String wrong, String path)
      throws Exception {
    Path source = Overlay.FOLDER.resolve(file);
    String text = Files.readString(source);
    assertThat(text).contains(right);
    List<Problem> problems = new ArrayList<>();
    for (Manifest manifest : Manifest.read(List.of("k8s/" + file), text.replace(right, wrong))) {
      problems.addAll(Fields.check(manifest));
    }
    assertThat(problems)
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem.where()).startsWith("k8s/" + file + ": "))
        .anySatisfy(problem -> assertThat(problem.path()).endsWith(path));
  }

  static Stream<Arguments> mistakesOfAWhole() {
    return Stream.of(
        planted(
            "Deployment longshore/longshore-api",
            "name: longshore-api\n  template:",
            "name: longshore-app\n  template:",
            "base/api.yaml",
            "spec.selector.matchLabels"),
        planted(
            "Service longshore/longshore-api",
            "name: longshore-api\n  type:",
            "name: longshore-app\n  type:",
            "base/api.yaml",
            "spec.selector"),
        planted(
            "Service longshore/longshore-load-balancer",
            "targetPort: https",
            "targetPort: htps",
            "base/load-balancer.yaml",
            "spec.ports.targetPort"),
        planted(
            "Deployment longshore/longshore-scheduler",
            "path: /q/health/live",
            "path: /q/health/life",
            "base/scheduler.yaml",
            "livenessProbe"),
        planted(
            "Deployment longshore/longshore-scheduler",
            "port: management",
            "port: 8080",
            "base/scheduler.yaml",
            "livenessProbe"),
        planted(
            "Deployment longshore/longshore-api",
            "secretName: longshore-postgres-ca",
            "secretName: longshore-postgre-ca",
            "overlays/production/api-tls.yaml",
            "volumes[postgres-ca].secret"),
        planted(
            "Deployment longshore/longshore-api",
            "key: password",
            "key: pasword",
            "base/api.yaml",
            "env[LONGSHORE_READ_DATABASE_PASSWORD]"),
        planted(
            "Deployment longshore/longshore-api",
            "serviceAccountName: longshore-api",
            "serviceAccountName: longshore",
            "base/api.yaml",
            "serviceAccountName"),
        planted(
            "Deployment longshore/longshore-api",
            "readOnlyRootFilesystem: true",
            "readOnlyRootFilesystem: false",
            "base/api.yaml",
            "securityContext"),
        planted(
            "Deployment longshore/longshore-api",
            "allowPrivilegeEscalation: false\n",
            "privileged: false\n",
            "base/api.yaml",
            "securityContext"),
        planted(
            "Deployment longshore/longshore-api",
            "memory: 768Mi\n          requests:",
            "memory: 1Gi\n          requests:",
            "base/api.yaml",
            "resources"),
        planted(
            "Deployment longshore/longshore-api",
            "automountServiceAccountToken: false",
            "automountServiceAccountToken: true",
            "base/api.yaml",
            "automountServiceAccountToken"),
        planted(
            "Deployment longshore/longshore-api",
            "enableServiceLinks: false",
            "enableServiceLinks: true",
            "base/api.yaml",
            "enableServiceLinks"),
        planted(
            "Deployment longshore/longshore-api",
            "api-service:0.1.0",
            "api-service:latest",
            "base/api.yaml",
            "image"),
        planted(
            "Deployment longshore/longshore-api",
            "mountPath: /etc/longshore/kafka-ca",
            "mountPath: /etc/longshore/kafka",
            "overlays/production/api-tls.yaml",
            "env[KAFKA_SSL_TRUSTSTORE_LOCATION]"),
        planted(
            "ConfigMap longshore/longshore-",
            "LONGSHORE_SHARDS:",
            "LONGSHORE_SHRADS:",
            "base/api.yaml",
            "env[LONGSHORE_SHRADS]"),
        planted(
            "ConfigMap longshore/longshore-",
            "KAFKA_SECURITY_PROTOCOL: SSL",
            "KAFKA_SECURITY_PROTOCOL: SSLL",
            "base/api.yaml",
            "env"),
        planted(
            "ConfigMap longshore/longshore-",
            "KAFKA_SSL_TRUSTSTORE_TYPE:",
            "KAFKA_SSL_TRUSTSTORETYPE:",
            "base/api.yaml",
            "env[KAFKA_SSL_TRUSTSTORETYPE]"),
        planted(
            "ConfigMap longshore/longshore-",
            "QUARKUS_HTTP_INSECURE_REQUESTS:",
            "QUARKUS_HTTP_INSECURE:",
            "base/api.yaml",
            "env[QUARKUS_HTTP_INSECURE]"),
        planted(
            "ConfigMap longshore/longshore-",
            "bootstrap:9093",
            "bootstrap:9092",
            "base/api.yaml",
            "env[KAFKA_BOOTSTRAP_SERVERS]"),
        planted(
            "ConfigMap longshore/longshore-api-",
            "longshore-postgres-rw:",
            "longshore-postgres-rv:",
            "base/api.yaml",
            "env[LONGSHORE_READ_DATABASE_URL]"),
        planted(
            "ConfigMap longshore/longshore-api-",
            "QUARKUS_HTTP_SSL_PORT: \"8080\"",
            "QUARKUS_HTTP_SSL_PORT: \"8081\"",
            "base/api.yaml",
            "ports"),
        // A setting of another service.
        planted(
            "ConfigMap longshore/longshore-api-",
            "LONGSHORE_API_OUTPUT_BYTES:",
            "LONGSHORE_RUNNER_COUNT:",
            "base/api.yaml",
            "env[LONGSHORE_RUNNER_COUNT]"),
        planted(
            "PodDisruptionBudget longshore/longshore-api",
            "      app.kubernetes.io/name: longshore-api",
            "      app.kubernetes.io/name: longshore-apis",
            "base/api.yaml",
            "spec.selector.matchLabels"),
        planted(
            "HorizontalPodAutoscaler longshore/longshore-api",
            "kind: Deployment",
            "kind: StatefulSet",
            "base/api.yaml",
            "spec.scaleTargetRef"),
        planted(
            "NetworkPolicy longshore/longshore-api",
            "port: api",
            "port: apii",
            "base/network-policies.yaml",
            "spec.ingress.ports"),
        planted(
            "NetworkPolicy longshore/longshore-api",
            "role: kafka",
            "role: kafak",
            "base/network-policies.yaml",
            "spec.egress.to"),
        planted(
            "RoleBinding longshore-tasks/longshore-runner",
            "name: longshore-runner\n  namespace: longshore\n",
            "name: longshore-runner\n  namespace: longshore-tasks\n",
            "runner-kubernetes/runner.yaml",
            "subjects"),
        planted(
            "KafkaUser longshore/longshore-api",
            "strimzi.io/cluster: longshore-kafka",
            "strimzi.io/cluster: longshore",
            "overlays/production/kafka-users.yaml",
            "metadata.labels"),
        planted(
            "Certificate longshore/longshore-api",
            "name: longshore\n  private",
            "name: longshores\n  private",
            "overlays/production/certificates.yaml",
            "spec.issuerRef"));
  }

  private static Arguments planted(
      String where, String right, String wrong, String file, String path) {
    return Arguments.of(where, right, wrong, "k8s/" + file, path);
  }

  @ParameterizedTest
  @MethodSource("mistakesOfAWhole")
  void aMistakeInAWholeOverlayIsFound(
      String where, String right, String wrong, String file, String path) throws Exception {
    List<String> documents = new ArrayList<>();
    boolean planted = false;
    for (String document : rendered().split("(?m)^---\n", -1)) {
      boolean here =
          document.contains(right)
              && Manifest.read(List.of(), document).getFirst().id().startsWith(where);
      documents.add(here && !planted ? document.replace(right, wrong) : document);
      planted |= here;
    }
    assertThat(planted).as("there is something to spoil").isTrue();
    assertThat(Overlay.check(Overlay.bundle("production", String.join("---\n", documents))))
        .anySatisfy(problem -> {
          assertThat(problem.where()).contains(file);
          assertThat(problem.path()).endsWith(path);
        });
  }

  private static String rendered() throws Exception {
    if (once.isEmpty()) {
      once = Overlay.render("production");
    }
    return once;
  }

  private static String once = "";
}
