package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.chaos.EngineHistory;
import io.longshore.chaos.LoopbackPorts;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceStatus;
import software.amazon.awssdk.services.ecs.model.HostVolumeProperties;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.MountPoint;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.Volume;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ProtocolEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.TargetTypeEnum;

/**
 * A service of web servers on a real engine, behind a load balancer, under constant load: whatever
 * becomes of its tasks, no request fails.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
@Isolated("It holds the load balancer to a second.")
class ServiceTrafficTest {
  private static final String CLUSTER = "traffic";

  /** A server that answers thousands of requests a second, where this machine has it. */
  private static final boolean FAST = Files.isExecutable(Path.of("/usr/sbin/haproxy"));

  /** busybox makes a process for each request, and answers a few hundred in a second. */
  private static final long REQUESTS = FAST ? 100_000 : 10_000;

  /** Answers with the container's name, and leaves as soon as it is told to. */
  private static final String SERVER =
      FAST
          ? """
          printf 'defaults\\n mode http\\n timeout client 60s\\n timeout server 60s\\n timeout connect 1s\\nfrontend web\\n bind :8080 maxconn 1000\\n http-request return status 200 content-type text/plain string %s\\n' "$(cat /etc/hostname)" > /tmp/web.cfg
          trap 'kill -9 $!; exit 0' TERM
          /usr/sbin/haproxy -db -f /tmp/web.cfg & wait\
          """
          : """
          mkdir -p /tmp/www
          cat /etc/hostname > /tmp/www/index.html
          trap 'exit 0' TERM
          httpd -f -p 8080 -h /tmp/www & wait\
          """;

  private TestEngine engine;
  private EngineHistory history;
  private Standalone longshore;
  private Ecs ecs;
  private ElasticLoadBalancingV2Client elb;
  private String group;
  private int port;

  @BeforeAll
  void start() {
    engine = TestEngine.orSkip();
    history = engine.watch();
    longshore = Standalone.up("service-traffic", "docker", 3, Map.of());
    ecs = Ecs.at(longshore.endpoint());
    elb = Elb.at(longshore.endpoint());
    ecs.cluster(CLUSTER);
    port = LoopbackPorts.next();
    group = group("web");
    Elb.front(elb, port, group);
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      ecs.tearDown(CLUSTER);
      Set<String> hosts = hosts();
      elb.close();
      ecs.close();
      longshore.close();
      engine.removeAll(hosts.toArray(String[]::new));
    }
    if (engine != null) {
      if (history != null) {
        history.close();
      }
      engine.close();
    }
  }

  private Set<String> hosts() {
    return history.all().stream()
        .map(EngineHistory.Happening::host)
        .filter(host -> !host.isEmpty())
        .collect(Collectors.toSet());
  }

  private String group(String name) {
    return elb.createTargetGroup(r ->
            r.name(name)
                .protocol(ProtocolEnum.HTTP)
                .port(80)
                .vpcId("vpc-1")
                .targetType(TargetTypeEnum.IP)
                .healthCheckIntervalSeconds(5)
                .healthCheckTimeoutSeconds(2))
        .targetGroups()
        .getFirst()
        .targetGroupArn();
  }

  /** With the programs of this machine, read-only, where one of them is the server. */
  private String register() {
    List<String> folders = FAST ? List.of("/usr", "/lib", "/lib64") : List.of();
    return ecs.client()
        .registerTaskDefinition(r ->
            r.family("web")
                .volumes(
                    folders.stream()
                        .map(folder ->
                            Volume.builder()
                                .name(folder.substring(1))
                                .host(HostVolumeProperties.builder().sourcePath(folder).build())
                                .build())
                        .toList())
                .containerDefinitions(c ->
                    c.name("main")
                        .image(Ecs.IMAGE)
                        .cpu(256)
                        .memory(64)
                        .essential(true)
                        .entryPoint("/bin/sh", "-c")
                        .command(SERVER)
                        .stopTimeout(5)
                        .portMappings(p -> p.containerPort(8080))
                        .mountPoints(
                            folders.stream()
                                .map(folder ->
                                    MountPoint.builder()
                                        .sourceVolume(folder.substring(1))
                                        .containerPath(folder)
                                        .readOnly(true)
                                        .build())
                                .toList())))
        .taskDefinition()
        .taskDefinitionArn();
  }

  @Test
  void noRequestFailsWhateverBecomesOfTasks() throws Exception {
    String first = register();
    ecs.client()
        .createService(r ->
            r.cluster(CLUSTER)
                .serviceName("web")
                .taskDefinition(first)
                .desiredCount(6)
                .loadBalancers(
                    l -> l.targetGroupArn(group).containerName("main").containerPort(8080)));
    awaitSteady(6);
    assertThat(health().values()).hasSize(6).containsOnly("healthy");

    Map<String, Object> figures = new TreeMap<>();
    try (Load load = new Load(URI.create("http://127.0.0.1:" + port + "/"), 8)) {
      spreadIsEven(load, figures);

      String second = register();
      deploy(second);
      awaitSteady(6);
      assertThat(ecs.tasks(CLUSTER)).extracting(Task::taskDefinitionArn).containsOnly(second);
      nothingFailed(load, "a rolling update");

      scale(9);
      awaitSteady(9);
      nothingFailed(load, "scaling out");

      load.rest(20);
      figures.put("ms from healthy to the first answer", newTaskServesSoon(load));

      scale(3);
      awaitSteady(3);
      nothingFailed(load, "scaling in");

      List<Long> left = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        left.add(deadTaskIsLeftAtOnce());
        awaitSteady(3);
        nothingFailed(load, "a killed container");
      }
      figures.put("ms from death until no longer a target", left);
      assertThat(left.stream().sorted().toList().get(1)).isLessThanOrEqualTo(1_000);
      load.rest(0);

      drainOneHost();
      awaitSteady(3);
      nothingFailed(load, "a drained host");

      for (String next = first;
          load.total() < REQUESTS;
          next = next.equals(first) ? second : first) {
        deploy(next);
        awaitSteady(3);
        nothingFailed(load, "a further rolling update");
      }
      figures.put("requests", load.total());
    }
    System.out.println("ServiceTrafficTest: " + figures);
  }

  private void nothingFailed(Load load, String what) {
    assertThat(load.failures()).as(what).isEmpty();
  }

  /** All requests of a while, by turns. */
  private void spreadIsEven(Load load, Map<String, Object> figures) {
    Waiting.forState("answers of all", 30).until(() -> load.counts().size() == 6);
    Map<String, Long> before = load.counts();
    long enough = load.total() + 6_000;
    Waiting.forState("6000 answers", 180).until(() -> load.total() >= enough);
    Map<String, Long> after = load.counts();
    List<Long> shares =
        after.entrySet().stream()
            .map(e -> e.getValue() - before.getOrDefault(e.getKey(), 0L))
            .sorted()
            .toList();
    long all = shares.stream().mapToLong(Long::longValue).sum();
    double worst =
        Math.max(shares.getLast() / (all / 6.0) - 1, 1 - shares.getFirst() / (all / 6.0));
    figures.put("spread over 6 tasks, worst deviation in percent", "%.2f".formatted(100 * worst));
    assertThat(worst).as("shares %s", shares).isLessThanOrEqualTo(0.02);
  }

  /** Milliseconds from its being shown as healthy, or less, until a new task answered. */
  private long newTaskServesSoon(Load load) {
    Set<String> known = Set.copyOf(health().keySet());
    Set<String> names = Set.copyOf(load.counts().keySet());
    scale(10);
    Waiting.forState("a tenth healthy target", 60)
        .until(() ->
            health().entrySet().stream()
                .anyMatch(e -> !known.contains(e.getKey()) && e.getValue().equals("healthy")));
    Instant healthy = Instant.now();
    Waiting.forState("an answer of the new task", 5)
        .until(() -> load.counts().keySet().stream().anyMatch(name -> !names.contains(name)));
    Instant answered =
        load.counts().keySet().stream()
            .filter(name -> !names.contains(name))
            .map(load::first)
            .min(Comparator.naturalOrder())
            .orElseThrow();
    long millis = Duration.between(healthy, answered).toMillis();
    assertThat(millis).isLessThanOrEqualTo(1_000);
    awaitSteady(10);
    nothingFailed(load, "one more task");
    return millis;
  }

  /** Milliseconds from its death, by the engine's time, until nothing more is sent to it. */
  private long deadTaskIsLeftAtOnce() throws Exception {
    Container victim = ecs.tasks(CLUSTER).getFirst().containers().getFirst();
    String container = victim.runtimeId();
    String target = "127.0.0.1:" + victim.networkBindings().getFirst().hostPort();
    URI targets = longshore.endpoint().resolve("/proxies/prometheus");
    assertThat(Http.get(targets)).contains(target);
    // An engine that is removing containers is late with its word of a death.
    Waiting.forState("an engine at rest", 60)
        .until(() -> hosts().stream().mapToInt(host -> engine.containers(host).size()).sum() == 3);
    engine.kill(container);
    Waiting.forState("no such target", 10).until(() -> !Http.get(targets).contains(target));
    Instant left = Instant.now();
    Instant died =
        history.all().stream()
            .filter(h -> h.action().equals("die") && h.container().equals(container))
            .findFirst()
            .orElseThrow()
            .at();
    return Duration.between(died, left).toMillis();
  }

  private void drainOneHost() {
    String instance = ecs.tasks(CLUSTER).getFirst().containerInstanceArn();
    ecs.client()
        .updateContainerInstancesState(r ->
            r.cluster(CLUSTER)
                .containerInstances(instance)
                .status(ContainerInstanceStatus.DRAINING));
    Waiting.forState("nothing on the drained host", 60)
        .until(() ->
            ecs.tasks(CLUSTER).stream()
                .noneMatch(task -> task.containerInstanceArn().equals(instance)));
  }

  private void deploy(String definition) {
    ecs.client().updateService(r -> r.cluster(CLUSTER).service("web").taskDefinition(definition));
  }

  private void scale(int count) {
    ecs.client().updateService(r -> r.cluster(CLUSTER).service("web").desiredCount(count));
  }

  /** Nothing but these tasks, and all of them healthy targets. */
  private void awaitSteady(int count) {
    Waiting.forState(count + " tasks and nothing else", 120)
        .ignoreExceptions()
        .until(() ->
            ecs.isAt(CLUSTER, "web", count)
                && health().size() == count
                && Set.copyOf(health().values()).equals(Set.of("healthy")));
  }

  /** The state of each target, by its address. */
  private Map<String, String> health() {
    return elb
        .describeTargetHealth(r -> r.targetGroupArn(group))
        .targetHealthDescriptions()
        .stream()
        .collect(
            Collectors.toMap(
                each -> each.target().id() + ":" + each.target().port(),
                each -> each.targetHealth().stateAsString()));
  }

  @Test
  void whatCannotBeBehindALoadBalancerIsRefused() {
    String definition = register();
    assertThatThrownBy(() ->
            ecs.client()
                .createService(r ->
                    r.cluster(CLUSTER)
                        .serviceName("nowhere")
                        .taskDefinition(definition)
                        .desiredCount(1)
                        .loadBalancers(
                            l -> l.targetGroupArn(group).containerName("main").containerPort(81))))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("did not have a container port 81 defined");
    String unused = group("unused");
    assertThatThrownBy(() ->
            ecs.client()
                .createService(r ->
                    r.cluster(CLUSTER)
                        .serviceName("nowhere")
                        .taskDefinition(definition)
                        .desiredCount(1)
                        .loadBalancers(l ->
                            l.targetGroupArn(unused).containerName("main").containerPort(8080))))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("does not have an associated load balancer");
    elb.deleteTargetGroup(r -> r.targetGroupArn(unused));
  }
}
