package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.TrustManager;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * k8s/overlays/production without a cluster: the containers of its workloads on one engine, with
 * the environment and the Secrets that the rendered manifests name, and a broker that grants what
 * its KafkaUsers ask for. What is other than there is said where it is set.
 */
final class ProductionExample implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "as-good-as-any";

  /** Where the ports that containers publish are reached from the others' network. */
  private static final String GATEWAY = "10.230.85.1";

  /** By the name in the compose file: kind, namespace and name of the workload. */
  private static final Map<String, List<String>> WORKLOADS =
      Map.of(
          "api", List.of("Deployment", "longshore", "longshore-api"),
          "scheduler", List.of("Deployment", "longshore", "longshore-scheduler"),
          "runner", List.of("DaemonSet", "longshore-hosts", "longshore-runner"),
          "load-balancer", List.of("Deployment", "longshore", "longshore-load-balancer"));

  private final Path directory;
  private final Program program;
  private final List<JsonNode> manifests;
  private final Authority brokers = new Authority("brokers");
  private final Authority users = new Authority("users");
  private final Authority servers = new Authority("servers");
  private final int kafka = LoopbackPorts.next();
  private final int api = LoopbackPorts.next();
  private final int front = LoopbackPorts.next();

  ProductionExample(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    this.program = new Program(directory, Map.of());
    this.manifests = rendered();
    writeSecrets();
    writeServices();
  }

  String hostId() {
    return directory.getFileName().toString();
  }

  URI api() {
    return URI.create("https://127.0.0.1:" + api + "/");
  }

  /** Who trusts those trusts the services. */
  TrustManager[] trust() throws GeneralSecurityException, IOException {
    return servers.trust();
  }

  /** The one port of the load balancer that can be reached from here. */
  int front() {
    return front;
  }

  void up() throws IOException, InterruptedException, ExecutionException {
    compose("outside", "up", "-d", "kafka", "postgres");
    awaitHealthy("kafka");
    awaitHealthy("postgres");
    // As CloudNativePG sets it up: an owner who may make roles, and is no superuser.
    compose(
        "owner",
        "exec",
        "-T",
        "postgres",
        "psql",
        "--set=ON_ERROR_STOP=1",
        "--username=postgres",
        "--dbname=longshore",
        "--command=create role longshore login createrole password '%s'".formatted(PASSWORD),
        "--command=alter database longshore owner to longshore");
    grant();
    compose("up", "up", "-d");
  }

  private void awaitHealthy(String service) throws InterruptedException {
    String id = compose("id-of-" + service, "ps", "-q", service).strip();
    Waiting.forState("health of " + service, 120)
        .until(() ->
            program
                .run(
                    "health-of-" + service,
                    20,
                    List.of("docker", "inspect", "--format", "{{.State.Health.Status}}", id))
                .output()
                .strip()
                .equals("healthy"));
  }

  /** What its containers have written so far. */
  String log(String service) throws InterruptedException {
    return compose("log-of-" + service, "logs", "--no-color", service);
  }

  /** As a principal, at the one listener that can be reached from here. */
  Map<String, Object> client(String principal) throws IOException {
    return client(users.signs("CN=" + principal));
  }

  /** As somebody whom no authority of the installation knows. */
  Map<String, Object> stranger() throws IOException {
    return client(new Authority("users").signs("CN=admin"));
  }

  private Map<String, Object> client(Authority.Identity identity) throws IOException {
    Path folder = Files.createTempDirectory(directory, "client-");
    identity.writeStore(folder.resolve("user.p12"), PASSWORD);
    brokers.write(folder.resolve("ca.crt"));
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", "127.0.0.1:" + kafka);
    settings.put("security.protocol", "SSL");
    settings.put("ssl.keystore.type", "PKCS12");
    settings.put("ssl.keystore.location", folder.resolve("user.p12").toString());
    settings.put("ssl.keystore.password", PASSWORD);
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", folder.resolve("ca.crt").toString());
    return settings;
  }

  /** What Strimzi's user operator makes of KafkaUsers. */
  private void grant() throws IOException, InterruptedException, ExecutionException {
    List<AclBinding> granted = new ArrayList<>();
    for (JsonNode user : manifests) {
      if (!user.path("kind").asText().equals("KafkaUser")) {
        continue;
      }
      for (JsonNode acl : user.at("/spec/authorization/acls")) {
        JsonNode resource = acl.path("resource");
        ResourcePattern pattern =
            new ResourcePattern(
                ResourceType.fromString(resource.path("type").asText()),
                resource.path("name").asText(),
                resource.path("patternType").asText().equals("prefix")
                    ? PatternType.PREFIXED
                    : PatternType.LITERAL);
        for (JsonNode operation : acl.path("operations")) {
          granted.add(
              new AclBinding(
                  pattern,
                  new AccessControlEntry(
                      "User:CN=" + user.at("/metadata/name").asText(),
                      "*",
                      AclOperation.fromString(operation.asText()),
                      AclPermissionType.ALLOW)));
        }
      }
    }
    assertThat(granted).hasSizeGreaterThan(20);
    try (Admin admin = Admin.create(client("admin"))) {
      admin.createAcls(granted).all().get();
    }
  }

  private List<JsonNode> rendered() throws IOException, InterruptedException {
    String overlay = Built.ROOT.resolve("k8s/overlays/production").toString();
    Program.Outcome outcome =
        program.run(
            "render",
            60,
            Program.isInstalled("kustomize")
                ? List.of("kustomize", "build", overlay)
                : List.of("kubectl", "kustomize", overlay));
    assertThat(outcome.code()).as(outcome.output()).isZero();
    ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
    try (var documents = yaml.readerFor(JsonNode.class).<JsonNode>readValues(outcome.output())) {
      return documents.readAll();
    }
  }

  private JsonNode manifest(String kind, String namespace, String name) {
    return manifests.stream()
        .filter(manifest ->
            manifest.path("kind").asText().equals(kind)
                && manifest.at("/metadata/namespace").asText().equals(namespace)
                && manifest.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("There is no %s %s in %s".formatted(kind, name, namespace)));
  }

  /** A folder for each Secret, a file for each of its keys. */
  private void writeSecrets() throws IOException {
    Path secrets = Files.createDirectories(directory.resolve("secrets"));
    brokers.write(
        Files.createDirectories(secrets.resolve("longshore-kafka-cluster-ca-cert"))
            .resolve("ca.crt"));
    servers.write(
        Files.createDirectories(secrets.resolve("longshore-postgres-ca")).resolve("ca.crt"));
    Files.createDirectories(secrets.resolve("longshore-listeners"));
    for (String service : WORKLOADS.keySet()) {
      Path user = Files.createDirectories(secrets.resolve("longshore-" + service));
      users
          .signs("CN=longshore-" + service)
          .writeStore(user.resolve("user.p12"), PASSWORD + service);
      Files.writeString(user.resolve("user.password"), PASSWORD + service);
      servers
          .signs("CN=longshore-" + service, "localhost", "127.0.0.1")
          .writePem(Files.createDirectories(secrets.resolve("longshore-" + service + "-tls")));
    }
    for (String[] role :
        new String[][] {{"database", "longshore"}, {"read-database", "longshore_read"}}) {
      Path folder = Files.createDirectories(secrets.resolve("longshore-" + role[0]));
      Files.writeString(folder.resolve("username"), role[1]);
      Files.writeString(folder.resolve("password"), PASSWORD);
    }
    Path broker = Files.createDirectories(directory.resolve("kafka"));
    users.write(broker.resolve("users.crt"));
    brokers
        .signs(
            "CN=broker",
            "longshore-kafka-kafka-bootstrap",
            "longshore-kafka-kafka-bootstrap.longshore.svc",
            "127.0.0.1")
        .writeStore(broker.resolve("user.p12"), PASSWORD);
    Path database = Files.createDirectories(directory.resolve("postgres"));
    servers.signs("CN=postgres", "longshore-postgres-rw").writePem(database);
    Files.writeString(database.resolve("password"), PASSWORD);
  }

  private void writeServices() throws IOException {
    Files.writeString(
        directory.resolve(".env"), "KAFKA_PORT=%d%nKAFKA_PASSWORD=%s%n".formatted(kafka, PASSWORD));
    try (var file =
        Objects.requireNonNull(
            ProductionExample.class.getResourceAsStream("/production/docker-compose.yml"))) {
      Files.copy(file, directory.resolve("docker-compose.yml"));
    }
    ObjectNode root = JSON.createObjectNode().put("version", "2.4");
    ObjectNode services = root.putObject("services");
    for (var workload : WORKLOADS.entrySet()) {
      services.set(workload.getKey(), service(workload.getKey(), workload.getValue()));
    }
    JSON.writeValue(directory.resolve("longshore.json").toFile(), root);
  }

  private ObjectNode service(String name, List<String> workload) throws IOException {
    JsonNode manifest = manifest(workload.get(0), workload.get(1), workload.get(2));
    JsonNode pod = manifest.at("/spec/template/spec");
    JsonNode container = pod.at("/containers/0");
    ObjectNode service = JSON.createObjectNode();
    service.put("image", "longshore/%s:%s".formatted(TestImages.module(name), TestImages.TAG));
    service.put("read_only", true);
    var temporary = service.putArray("tmpfs").add("/tmp:size=64m");
    service.putArray("cap_drop").add("ALL");
    service.putArray("networks").add("services");
    // The checks of the images speak in clear text; those of the manifests do not.
    service.putObject("healthcheck").put("disable", true);
    if (pod.at("/securityContext/runAsUser").asInt(-1) == 0) {
      service.put("user", "0");
    }
    ObjectNode environment = service.putObject("environment");
    environment(workload.get(1), container).forEach(environment::put);
    // One broker, instead of three.
    environment.put("LONGSHORE_REPLICATION_FACTOR", "1");
    var volumes = service.putArray("volumes");
    for (JsonNode mount : container.path("volumeMounts")) {
      String path = mount.path("mountPath").asText();
      if (path.startsWith("/etc/longshore/")) {
        volumes.add("./secrets/%s:%s:ro".formatted(secret(pod, mount.path("name").asText()), path));
      }
    }
    var ports = service.putArray("ports");
    switch (name) {
      case "api" -> ports.add("127.0.0.1:%d:8080".formatted(api));
      case "load-balancer" -> {
        environment.put("LONGSHORE_BALANCER_ADDRESS", "0.0.0.0");
        ports.add("127.0.0.1:%1$d:%1$d".formatted(front));
      }
      case "runner" -> {
        // It has its node's network there, and from the node the engine's socket and a folder of
        // root's.
        temporary.add("/var/lib/longshore");
        environment.put("LONGSHORE_RUNNER_HOST_ID", hostId());
        environment.put("LONGSHORE_RUNNER_ADDRESS", GATEWAY);
        volumes.add("/var/run/docker.sock:/var/run/docker.sock");
      }
      default -> assertThat(name).isEqualTo("scheduler");
    }
    return service;
  }

  private Map<String, String> environment(String namespace, JsonNode container) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    for (JsonNode from : container.path("envFrom")) {
      manifest("ConfigMap", namespace, from.at("/configMapRef/name").asText())
          .path("data")
          .properties()
          .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
    }
    for (JsonNode each : container.path("env")) {
      JsonNode secret = each.at("/valueFrom/secretKeyRef");
      if (each.has("value")) {
        environment.put(each.path("name").asText(), each.path("value").asText());
      } else if (!secret.isMissingNode()) {
        environment.put(
            each.path("name").asText(),
            Files.readString(
                directory
                    .resolve("secrets")
                    .resolve(secret.path("name").asText())
                    .resolve(secret.path("key").asText())));
      }
    }
    return environment;
  }

  /** All keys of the Secret are mounted under their own names. */
  private static String secret(JsonNode pod, String volume) {
    for (JsonNode each : pod.path("volumes")) {
      if (each.path("name").asText().equals(volume)) {
        for (JsonNode item : each.at("/secret/items")) {
          assertThat(item.path("path").asText()).isEqualTo(item.path("key").asText());
        }
        return each.at("/secret/secretName").asText();
      }
    }
    throw new AssertionError("There is no volume " + volume);
  }

  private String compose(String step, String... arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(Compose.program());
    command.addAll(List.of("-f", "docker-compose.yml", "-f", "longshore.json"));
    command.addAll(List.of("-p", hostId().toLowerCase(Locale.ROOT)));
    command.addAll(List.of(arguments));
    Program.Outcome outcome = program.run(step, 180, command);
    assertThat(outcome.code()).as(step + ": " + outcome.output()).isZero();
    return outcome.output();
  }

  @Override
  public void close() {
    try {
      // Left in files beside the others, to be looked at afterwards.
      for (String service : WORKLOADS.keySet()) {
        log(service);
      }
      compose("down", "down", "--volumes", "--timeout", "5");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
