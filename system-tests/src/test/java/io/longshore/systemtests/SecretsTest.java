package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.EnvironmentFileType;
import software.amazon.awssdk.services.ecs.model.Task;

/** What containers are given by reference: they see it, and nobody else does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SecretsTest {
  private static final String CLUSTER = "secrets";
  private static final String SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:";

  /** Found nowhere but in what the test itself writes. */
  private final String password = canary();

  private final String member = canary();
  private final String filed = canary();

  /** Stands in the definition, and so is found wherever one looks. */
  private final String plain = canary();

  /** Not in the data directory, which is searched. */
  private Path host;

  private TestEngine engine;
  private Standalone longshore;
  private Ecs ecs;

  private static String canary() {
    return "canary-" + UUID.randomUUID();
  }

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    host = folder;
    engine = TestEngine.orSkip();
    write("secrets/ssm/shop/password", password + "\n", "rw-------");
    write("secrets/ssm/shop/open", canary(), "rw-r--r--");
    write(
        "secrets/secretsmanager/shop",
        "{\"user\":\"web\",\"key\":\"" + member + "\"}",
        "rw-------");
    write(
        "buckets/shop/first.env",
        "# first\nA=from first\nB=from first\nFILED=" + filed,
        "rw-------");
    write(
        "buckets/shop/second.env",
        "B=from second\nC=\"quoted\"\nPASSWORD=from second",
        "rw-------");
    write("allowed/other.env", "B=from the host", "rw-------");
    Notes.folder(host, "notes");
    longshore =
        Standalone.up(
            "secrets",
            "docker",
            Map.of(
                "LONGSHORE_RUNNER_SECRET_DIRECTORY", host.resolve("secrets").toString(),
                "LONGSHORE_RUNNER_ENVIRONMENT_BUCKETS", host.resolve("buckets").toString(),
                "LONGSHORE_RUNNER_ENVIRONMENT_FOLDERS", host.resolve("allowed").toString()));
    ecs = Ecs.at(longshore.endpoint());
    ecs.cluster(CLUSTER);
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      String id = longshore.hostId();
      ecs.tearDown(CLUSTER);
      ecs.close();
      longshore.close();
      engine.removeAll(id);
    }
    if (engine != null) {
      engine.close();
    }
  }

  private void write(String name, String text, String permissions) throws IOException {
    Path file = host.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  /** Its container writes its environment to a note of the family's name. */
  private String register(String family, Consumer<ContainerDefinition.Builder> more) {
    return ecs.client()
        .registerTaskDefinition(r ->
            r.family(family)
                .volumes(v -> v.name("notes").host(h -> h.sourcePath(host + "/notes")))
                .containerDefinitions(c -> {
                  c.name("main")
                      .image(Ecs.IMAGE)
                      .memory(16)
                      .entryPoint("/bin/sh", "-c")
                      .command(
                          "env >/notes/%s.new; mv /notes/%s.new /notes/%s; %s"
                              .formatted(family, family, family, Ecs.FOREVER))
                      .mountPoints(m -> m.sourceVolume("notes").containerPath("/notes"));
                  more.accept(c);
                }))
        .taskDefinition()
        .taskDefinitionArn();
  }

  private List<String> environment(String family) {
    Path note = host.resolve("notes").resolve(family);
    Waiting.forState("the note of " + family, 60).until(() -> Files.exists(note));
    try {
      return Files.readAllLines(note);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void end(Task task) {
    ecs.client().stopTask(r -> r.cluster(CLUSTER).task(task.taskArn()).reason("enough"));
    ecs.await(CLUSTER, task.taskArn(), "STOPPED");
  }

  private static Consumer<ContainerDefinition.Builder> files(String... values) {
    return c ->
        c.environmentFiles(
            Stream.of(values)
                .map(value ->
                    software.amazon.awssdk.services.ecs.model.EnvironmentFile.builder()
                        .type(EnvironmentFileType.S3)
                        .value(value)
                        .build())
                .toList());
  }

  @Test
  void aContainerSeesWhatItIsGivenAndNobodyElseDoes() throws IOException {
    String definition =
        register(
            "given",
            files("arn:aws:s3:::shop/first.env", "arn:aws:s3:::shop/second.env")
                .andThen(c ->
                    c.environment(
                            e -> e.name("A").value("from the definition"),
                            e -> e.name("PLAIN").value(plain))
                        .secrets(
                            s -> s.name("PASSWORD").valueFrom("/shop/password"),
                            s -> s.name("USERNAME").valueFrom(SECRET + "shop-AbCdEf:user::"),
                            s -> s.name("KEY").valueFrom(SECRET + "shop-AbCdEf:key::"))));
    Task task = ecs.run(CLUSTER, definition);
    ecs.await(CLUSTER, task.taskArn(), "RUNNING");

    assertThat(environment("given"))
        .contains(
            "A=from the definition",
            "B=from first",
            "C=\"quoted\"",
            "FILED=" + filed,
            "PASSWORD=" + password,
            "USERNAME=web",
            "KEY=" + member,
            "PLAIN=" + plain);

    String labels = engine.containers(longshore.hostId()).getFirst().getLabels().toString();
    assertThat(labels).contains(task.taskArn());
    String shown =
        labels
            + ecs.describe(CLUSTER, List.of(task.taskArn()))
            + ecs.client().describeTaskDefinition(r -> r.taskDefinition(definition));
    end(task);
    shown += ecs.describe(CLUSTER, List.of(task.taskArn()));
    assertThat(shown).contains("/shop/password").doesNotContain(password, member, filed);
    Waiting.forState("the removed container", 60)
        .until(() -> engine.containers(longshore.hostId()).isEmpty());

    assertThat(found(plain)).as("what may be found is").anyMatch(f -> f.contains("/kafka/"));
    for (String value : List.of(password, member, filed)) {
      assertThat(found(value)).isEmpty();
    }
  }

  /** The files of everything that runs, records and logs among them, that have a text in them. */
  private List<String> found(String text) throws IOException {
    List<String> found = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(longshore.data())) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      // Kafka's indexes are large, empty, and have numbers only.
      if (!file.toString().endsWith("index") && read(file).contains(text)) {
        found.add(file.toString());
      }
    }
    return found;
  }

  private static String read(Path file) throws IOException {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      // Databases tidy up.
      return "";
    }
  }

  @Test
  void filesOfACallTakeThePlaceOfTheDefinitions() {
    String definition = register("called", files("arn:aws:s3:::shop/first.env"));
    Task task =
        ecs.client()
            .runTask(r ->
                r.cluster(CLUSTER)
                    .taskDefinition(definition)
                    .overrides(o ->
                        o.containerOverrides(c ->
                            c.name("main")
                                .environmentFiles(f ->
                                    f.type(EnvironmentFileType.S3)
                                        .value("file://" + host + "/allowed/other.env")))))
            .tasks()
            .getFirst();
    assertThat(environment("called"))
        .contains("B=from the host")
        .noneMatch(line -> line.startsWith("A="));
    end(task);
  }

  @Test
  void whatCannotBeHadFailsTheStartInTheWordsOfEcs() {
    record Case(Consumer<ContainerDefinition.Builder> container, String reason) {}
    String secrets = "ResourceInitializationError: unable to pull secrets or registry auth: ";
    for (Case one :
        List.of(
            new Case(
                c -> c.secrets(s -> s.name("X").valueFrom("/shop/missing")),
                secrets + "secret '/shop/missing' for X: there is no such secret"),
            new Case(
                c -> c.secrets(s -> s.name("X").valueFrom("/shop/open")),
                secrets
                    + "secret '/shop/open' for X: its file is open to every user of the host:"
                    + " take read and write from others"),
            new Case(
                c -> c.secrets(s -> s.name("X").valueFrom(SECRET + "shop:other::")),
                secrets
                    + "secret '"
                    + SECRET
                    + "shop:other::' for X: its value has no member 'other'"),
            new Case(
                files("arn:aws:s3:::shop/missing.env"),
                "ResourceInitializationError: failed to download env files:"
                    + " 'arn:aws:s3:::shop/missing.env': there is no such file"))) {
      String definition = register("missing", one.container());
      Task stopped = ecs.await(CLUSTER, ecs.run(CLUSTER, definition).taskArn(), "STOPPED");
      assertThat(stopped.stopCodeAsString()).isEqualTo("TaskFailedToStart");
      assertThat(stopped.stoppedReason()).isEqualTo(one.reason());
      assertThat(stopped.containers().getFirst().reason()).isEqualTo(one.reason());
    }
  }
}
