package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.command.InspectContainerResponse;
import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;

/**
 * docker-compose.yml as it stands, from images that were built here: the same life cycle as with
 * {@code longshore up}, and what happens to parts of it while it is used. Everything without an
 * order of its own is that life cycle, and comes in the middle.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Isolated("Nine programs that start keep the machine busy.")
class ComposeTest extends LifeCycle {
  private static final String CLUSTER = "kept";
  private static final int COUNT = 3;
  private static final int LATE = Order.DEFAULT + 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private @Nullable Compose compose;
  private String host = "";
  private @Nullable Writers writers;

  @Override
  Ecs startLongshore() throws Exception {
    TestImages.orSkip();
    Path directory = Built.directory("compose");
    TestImages.build(directory);
    compose = new Compose(directory);
    Instant begin = Instant.now();
    compose.up();
    System.out.printf(
        "Everything was healthy %d ms after up.%n",
        Duration.between(begin, Instant.now()).toMillis());
    host = compose.hostId();
    return Ecs.at(compose.api());
  }

  private Compose compose() {
    if (compose == null) {
      throw new IllegalStateException("not started");
    }
    return compose;
  }

  @Override
  String hostId() {
    return host;
  }

  @Override
  void stopLongshore() throws Exception {
    if (writers != null) {
      writers.close();
    }
    if (compose != null) {
      compose.close();
    }
    if (!host.isEmpty()) {
      engine.removeAll(host);
    }
  }

  @Test
  @Order(1)
  void imagesSayWhatTheyAreAndRunAsNobodyInParticular() {
    for (String service : TestImages.SERVICES) {
      Compose.Facts facts = compose().facts("longshore/" + service + ":" + TestImages.TAG);
      System.out.printf("%s: %d MB%n", service, facts.bytes() / 1_000_000);
      assertThat(facts.user()).isEqualTo("10001:10001");
      assertThat(facts.checked()).as("%s has a HEALTHCHECK", service).isTrue();
      assertThat(facts.labels())
          .containsEntry("org.opencontainers.image.version", TestImages.TAG)
          .containsEntry("org.opencontainers.image.licenses", "Apache-2.0")
          .containsKeys(
              "org.opencontainers.image.title",
              "org.opencontainers.image.description",
              "org.opencontainers.image.revision");
      assertThat(facts.bytes()).as("bytes of " + service).isLessThan(360_000_000);
    }
  }

  @Test
  @Order(1)
  void imagesNameWhatTheyAreMadeOf() throws Exception {
    for (String service : List.of("api", "scheduler", "runner", "load-balancer")) {
      Path copy = compose().copyOf(service, "/opt/longshore/sbom.json");
      Path made = Built.ROOT.resolve(TestImages.module(service)).resolve("target/sbom.json");
      assertThat(copy).hasSameBinaryContentAs(made);
    }
    JsonNode info = JSON.readTree(Http.get(compose().api().resolve("/q/info")));
    assertThat(info.at("/build/version").asText()).isEqualTo(Built.version());
  }

  /** A cache that does not fit is passed over without a word, and only the start is slower. */
  @Test
  @Order(1)
  void servicesStartFromTheirCaches() {
    for (String service : List.of("scheduler", "api", "runner", "load-balancer")) {
      for (InspectContainerResponse container : compose().containers(service)) {
        long pid = Objects.requireNonNull(container.getState().getPidLong());
        assertThat(mapped(pid))
            .as("what the JVM of " + service + " has mapped")
            .anyMatch(line -> line.endsWith("/opt/longshore/service.aot"));
        System.out.printf(
            "%s was ready %d ms after its start.%n",
            container.getName(), Compose.readyMillis(container));
      }
    }
  }

  private static List<String> mapped(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", String.valueOf(pid), "maps"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Order(1)
  void everyPartMayDoAsLittleAsPossible() {
    for (String service : List.of("scheduler", "api", "runner", "load-balancer")) {
      assertThat(compose().containers(service))
          .isNotEmpty()
          .allSatisfy(container -> {
            var config = container.getHostConfig();
            assertThat(container.getConfig().getUser()).isEqualTo("10001:10001");
            assertThat(config.getReadonlyRootfs()).isTrue();
            assertThat(config.getCapDrop()).extracting(Enum::name).containsExactly("ALL");
            assertThat(config.getSecurityOpts()).contains("no-new-privileges:true");
            assertThat(config.getRestartPolicy().getName()).isEqualTo("unless-stopped");
          });
    }
    assertThat(compose().containers("scheduler")).hasSize(2);
    // What the engine tells everybody about a container has no password in it.
    for (InspectContainerResponse container : compose().containers("")) {
      assertThat(String.join("\n", container.getConfig().getEnv()))
          .doesNotContain(
              compose().secret("longshore.database.password"),
              compose().secret("longshore.read-database.password"));
    }
  }

  @Test
  @Order(2)
  void onlyTheRightPartsTalk() throws Exception {
    assertThat(networks("kafka")).containsExactlyInAnyOrder("kafka", "kafka-host");
    assertThat(networks("postgres")).containsExactly("database");
    assertThat(networks("scheduler")).containsExactlyInAnyOrder("kafka", "database", "metrics");
    assertThat(networks("api")).containsExactlyInAnyOrder("kafka", "database", "metrics");
    assertThat(networks("runner")).containsExactly("host");
    assertThat(networks("load-balancer")).containsExactly("host");
    assertThat(networks("prometheus")).containsExactlyInAnyOrder("metrics", "dashboards");

    // Tried where there is a shell to try it with: whom it may reach, and whom not even by address.
    assertThat(reaches("prometheus", address("api", "metrics"), 8080)).isTrue();
    assertThat(reaches("kafka", address("scheduler", "kafka"), 8082)).isTrue();
    assertThat(reaches("prometheus", address("postgres", "database"), 5432)).isFalse();
    assertThat(reaches("prometheus", address("kafka", "kafka"), 9092)).isFalse();
    assertThat(reaches("kafka", address("postgres", "database"), 5432)).isFalse();
    assertThat(reaches("postgres", address("kafka", "kafka"), 9092)).isFalse();
  }

  private Set<String> networks(String service) {
    Set<String> names = new HashSet<>();
    for (InspectContainerResponse container : compose().containers(service)) {
      container.getNetworkSettings().getNetworks().keySet().stream()
          .map(name -> name.substring(name.indexOf('_') + 1))
          .forEach(names::add);
    }
    return names;
  }

  private String address(String service, String network) {
    return compose()
        .containers(service)
        .getFirst()
        .getNetworkSettings()
        .getNetworks()
        .entrySet()
        .stream()
        .filter(each -> each.getKey().endsWith("_" + network))
        .map(each -> each.getValue().getIpAddress())
        .findFirst()
        .orElseThrow();
  }

  private boolean reaches(String service, String address, int port) throws InterruptedException {
    return compose().shell(service, "nc -w 2 %s %d </dev/null".formatted(address, port)).code()
        == 0;
  }

  @Test
  @Order(3)
  void theApisRoleCanOnlyRead() throws Exception {
    String password = compose().secret("longshore.read-database.password");
    String psql = "PGPASSWORD=%s psql -h 127.0.0.1 -U longshore_read -d longshore -At -c \"%s\"";
    Program.Outcome read =
        compose().shell("postgres", psql.formatted(password, "select count(*) from read.cluster"));
    assertThat(read.code()).as(read.output()).isZero();
    // Not because it is asked not to, which anybody could take back.
    String write = "set default_transaction_read_only = off; begin read write; %s";
    for (String statement :
        List.of(
            "delete from read.cluster",
            "insert into read.cluster select * from read.cluster",
            "create table read.mine (a int)",
            "select * from scheduler.task")) {
      Program.Outcome refused =
          compose().shell("postgres", psql.formatted(password, write.formatted(statement)));
      assertThat(refused.code()).as(statement).isNotZero();
      assertThat(refused.output()).as(statement).contains("permission denied");
    }
    Program.Outcome wrong = compose().shell("postgres", psql.formatted("wrong", "select 1"));
    assertThat(wrong.output()).contains("password authentication failed");
  }

  @Test
  @Order(LATE)
  void trafficReachesTasksAndPrometheusSeesEverything() throws Exception {
    ecs.cluster(CLUSTER);
    int port = LoopbackPorts.next();
    String url = "http://127.0.0.1:%d/index.html".formatted(port);
    try (ElasticLoadBalancingV2Client elb = Elb.at(compose().api())) {
      ecs.site(CLUSTER, Elb.front(elb, port), 2);
      ecs.awaitCount(CLUSTER, "site", 2, 60);
      Waiting.forState("an answer by way of the load balancer", 60)
          .ignoreExceptions()
          .until(() -> Http.get(URI.create(url)).strip().equals("from a task"));
      dashboardsHaveWhatTheyShow();
      ecs.client().deleteService(r -> r.cluster(CLUSTER).service("site").force(true));
      Waiting.forState("the end of the site", 60).until(() -> engine.containers(host).isEmpty());
    }
  }

  /** Every expression can be asked, and is about metrics that Prometheus has collected here. */
  private void dashboardsHaveWhatTheyShow() throws Exception {
    Waiting.forState("all five processes seen by Prometheus", 60)
        .until(() -> ask("sum(up)").at("/data/result/0/value/1").asText().equals("5"));
    Set<String> wanted = new HashSet<>();
    for (String expression : expressions()) {
      String plain = expression.replace("$group", ".*");
      assertThat(ask(plain).path("status").asText()).as(expression).isEqualTo("success");
      Pattern.compile("\\b(longshore|jvm)_\\w+")
          .matcher(plain)
          .results()
          .forEach(found -> wanted.add(found.group()));
    }
    assertThat(wanted).hasSizeGreaterThan(20);
    Waiting.forState("every metric of the dashboards, of " + wanted, 60)
        .until(() -> known().containsAll(wanted));
  }

  private List<String> expressions() throws IOException, InterruptedException {
    List<String> expressions = new ArrayList<>();
    try (var files = Files.list(Built.ROOT.resolve("docs").resolve("dashboards"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        JSON.readTree(file.toFile()).findValues("expr").forEach(e -> expressions.add(e.asText()));
      }
    }
    JsonNode rules = JSON.readTree(Http.get(compose().prometheus().resolve("/api/v1/rules")));
    List<JsonNode> queries = rules.findValues("query");
    assertThat(queries).hasSizeGreaterThan(4);
    queries.forEach(query -> expressions.add(query.asText()));
    return expressions;
  }

  private JsonNode ask(String expression) throws IOException, InterruptedException {
    String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return JSON.readTree(Http.get(compose().prometheus().resolve("/api/v1/query?query=" + query)));
  }

  private Set<String> known() throws IOException, InterruptedException {
    Set<String> names = new HashSet<>();
    JSON.readTree(Http.get(compose().prometheus().resolve("/api/v1/label/__name__/values")))
        .path("data")
        .forEach(name -> names.add(name.asText()));
    return names;
  }

  @Test
  @Order(LATE + 1)
  void aSchedulerAndAnApiAreKilledUnderLoad() throws Exception {
    ecs.service(CLUSTER, "web", ecs.register("web", Ecs.FOREVER), COUNT);
    ecs.awaitCount(CLUSTER, "web", COUNT, 60);
    writers = new Writers(ecs, "written");
    Waiting.forState("writes", 30).until(() -> writers().acknowledged() > 20);

    for (String service : List.of("scheduler", "api")) {
      String killed = compose().killProcess(service);
      String dead = engine.running(host).getFirst();
      engine.kill(dead);
      whole("kill -9 of a process of the " + service, dead);
      compose().awaitHealthy(service);
      assertThat(compose().restarts(killed)).as("restarts of the " + service).isEqualTo(1);
    }
    int soFar = writers().acknowledged();
    Waiting.forState("further writes", 60).until(() -> writers().acknowledged() > soFar + 10);
  }

  private Writers writers() {
    if (writers == null) {
      throw new IllegalStateException("not started");
    }
    return writers;
  }

  private void whole(String after, String dead) {
    Instant begin = Instant.now();
    Waiting.forState("%d living containers after %s".formatted(COUNT, after), 120)
        .until(() -> {
          List<String> now = engine.running(host);
          return now.size() == COUNT && !now.contains(dead);
        });
    ecs.awaitCount(CLUSTER, "web", COUNT, 120);
    System.out.printf(
        "After %s the service was whole again after %d ms.%n",
        after, Duration.between(begin, Instant.now()).toMillis());
  }

  @Test
  @Order(LATE + 2)
  void theRunnersContainerIsStartedAgainAndNoTaskNotices() throws Exception {
    List<String> before = engine.running(host);
    assertThat(before).hasSize(COUNT);

    compose().compose(60, "restart", "runner");
    compose().awaitHealthy("runner");

    assertThat(engine.running(host)).isEqualTo(before);
    engine.kill(before.getFirst());
    whole("a restart of the runner", before.getFirst());
    assertThat(engine.running(host)).containsAll(before.subList(1, COUNT));
  }

  /** As docs/operations.md says: what came after the back-up is read from Kafka again. */
  @Test
  @Order(LATE + 3)
  void aBackUpAndTheLogMakeThePresent() throws Exception {
    List<String> containers = engine.running(host);
    List<String> tasks = ecs.tasks(CLUSTER).stream().map(Task::taskArn).toList();
    inDatabase("pg_dump -U longshore -Fc longshore > /tmp/longshore.dump");
    ecs.client().updateService(r -> r.cluster(CLUSTER).service("web").desiredCount(COUNT + 1));
    ecs.awaitCount(CLUSTER, "web", COUNT + 1, 60);
    String after = ecs.register("after-the-back-up", Ecs.FOREVER);

    compose().compose(90, "stop", "scheduler", "api");
    inDatabase("dropdb -U longshore longshore && createdb -U longshore longshore");
    inDatabase("pg_restore -U longshore -d longshore < /tmp/longshore.dump");
    compose().compose(60, "start", "scheduler", "api");
    compose().awaitHealthy("scheduler");
    compose().awaitHealthy("api");

    ecs.awaitCount(CLUSTER, "web", COUNT + 1, 60);
    // The one that was started after the back-up may be another one now; those of before are not.
    Waiting.forState("one more container than before the back-up", 30)
        .until(() -> engine.running(host).size() == COUNT + 1);
    assertThat(engine.running(host)).containsAll(containers);
    assertThat(ecs.tasks(CLUSTER)).extracting(Task::taskArn).hasSize(COUNT + 1).containsAll(tasks);
    assertThat(ecs.client().listTaskDefinitions().taskDefinitionArns()).contains(after);
    ecs.client().updateService(r -> r.cluster(CLUSTER).service("web").desiredCount(COUNT));
    ecs.awaitCount(CLUSTER, "web", COUNT, 60);
    Waiting.forState("as many containers", 30).until(() -> engine.running(host).size() == COUNT);
  }

  private void inDatabase(String command) throws InterruptedException {
    Program.Outcome outcome = compose().shell("postgres", command);
    assertThat(outcome.code()).as(outcome.output()).isZero();
  }

  @Test
  @Order(LATE + 4)
  void downAndUpAgainLosesNothing() throws Exception {
    List<String> containers = engine.running(host);
    List<String> tasks = ecs.tasks(CLUSTER).stream().map(Task::taskArn).sorted().toList();
    assertThat(tasks).hasSize(COUNT);

    compose().compose(180, "down");

    assertThat(compose().containers("")).isEmpty();
    assertThat(engine.running(host)).isEqualTo(containers);
    Instant begin = Instant.now();
    compose().up();
    ecs.awaitCount(CLUSTER, "web", COUNT, 60);
    System.out.printf(
        "After down and up everything was there after %d ms.%n",
        Duration.between(begin, Instant.now()).toMillis());
    assertThat(compose().hostId()).isEqualTo(host);
    assertThat(engine.running(host)).isEqualTo(containers);
    assertThat(ecs.tasks(CLUSTER).stream().map(Task::taskArn).sorted().toList()).isEqualTo(tasks);
    engine.kill(containers.getFirst());
    whole("down and up", containers.getFirst());
    writers().everythingIsThere();
    ecs.tearDown(CLUSTER);
    Waiting.forState("nothing left on the engine", 60)
        .until(() -> engine.containers(host).isEmpty());
  }
}
