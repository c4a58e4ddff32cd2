package io.longshore.runner.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.Ids;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Sighting.Phase;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.Found;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Pods, an API and a node do that other engines do not, and what goes wrong with them. */
class KubernetesFaultsTest {
  private static final AtomicInteger NAMESPACES = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final String SECRET_VALUE = "hunter2";
  private static FakeKubelet kubelet;

  private final RunnerId runner = new RunnerId(Ids.derive("runner"));
  private final String namespace = "faults-" + NAMESPACES.incrementAndGet();
  private final Queue<Sighting> heard = new ConcurrentLinkedQueue<>();
  private final AtomicInteger doubts = new AtomicInteger();
  private KubernetesEngine engine;

  @BeforeAll
  static void beginCluster() throws Exception {
    kubelet = new FakeKubelet();
  }

  @AfterAll
  static void endCluster() {
    kubelet.close();
  }

  @BeforeEach
  void begin() {
    engine = engine(null);
    engine.watch(
        new Engine.Listener() {
          @Override
          public void seen(TaskId task, Sighting sighting) {
            heard.add(sighting);
          }

          @Override
          public void doubt() {
            doubts.incrementAndGet();
          }
        });
  }

  private KubernetesEngine engine(@Nullable String node) {
    KubernetesSettings settings =
        new KubernetesSettings(namespace, node, null, true, false, Duration.ofSeconds(30));
    return new KubernetesEngine("test-host", settings, kubelet.driversClient());
  }

  @AfterEach
  void end() {
    kubelet.api().well();
    kubelet.schedules(true);
    engine.close();
  }

  private static ContainerSpec program(String name, String... words) {
    return Tasks.container(name, true, List.of(words), Map.of("PASSWORD", SECRET_VALUE), List.of());
  }

  private static TaskAssignment task(ContainerSpec... specs) {
    return Tasks.of(Tasks.id(UUID.randomUUID().toString()), "awsvpc", specs);
  }

  private String created(TaskAssignment task, ContainerSpec spec) throws EngineException {
    return engine.create(runner, task, spec).runtimeId();
  }

  private static void assertProblem(Problem problem, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .hasMessageContaining(words)
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.problem()).isEqualTo(problem));
  }

  private List<Pod> pods() {
    return kubelet.client().pods().inNamespace(namespace).list().getItems();
  }

  private void awaitEnd(String id) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() ->
            heard.stream().anyMatch(s -> s.runtimeId().equals(id) && s.phase() == Phase.EXITED));
  }

  @Test
  void whatOthersHoldAPodByIsTheirs() throws Exception {
    ContainerSpec spec = program("web", "exits", "3");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    engine.start(task.task(), "web", id);
    awaitEnd(id);
    kubelet
        .client()
        .resource(pods().getFirst())
        .edit(p ->
            new PodBuilder(p)
                .editMetadata()
                .addToFinalizers(0, "example.com/audit")
                .endMetadata()
                .build());

    engine.remove(task.task(), "web", id);
    assertThat(pods())
        .singleElement()
        .satisfies(left -> {
          assertThat(left.getMetadata().getDeletionTimestamp()).isNotNull();
          assertThat(left.getMetadata().getFinalizers()).containsExactly("example.com/audit");
        });
    engine.remove(task.task(), "web", id);

    kubelet
        .client()
        .pods()
        .inNamespace(namespace)
        .withName(pods().getFirst().getMetadata().getName())
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
    await().atMost(Duration.ofSeconds(10)).until(() -> pods().isEmpty());
  }

  @Test
  void whoHoldsAPodChangesWhileItIsLetGoOf() throws Exception {
    ContainerSpec spec = program("web", "runs");
    String pod = PodPlace.of(created(task(spec), spec)).pod();
    PodCalls calls = new PodCalls(kubelet.driversClient(), namespace);
    kubelet.api().trouble("PATCH .*", 422, "the test of a step failed");
    assertProblem(Problem.UNREACHABLE, "the test of a step failed", () -> calls.remove(pod));

    kubelet.api().well();
    calls.remove(pod);
    await().atMost(Duration.ofSeconds(10)).until(() -> pods().isEmpty());
  }

  @Test
  void containersOfATaskShareAPodAndAreStartedOneByOne() throws Exception {
    ContainerSpec db = program("db", "runs");
    ContainerSpec web = program("web", "runs");
    TaskAssignment task = task(db, web);
    String dbId = created(task, db);
    // Nobody has created the other one yet, though its Pod is there.
    assertThat(engine.list()).extracting(f -> f.sighting().container()).containsExactly("db");
    String webId = created(task, web);
    assertThat(pods()).hasSize(1);
    engine.start(task.task(), "db", dbId);
    assertThat(engine.list())
        .extracting(f -> f.sighting().container() + " " + f.sighting().phase())
        .containsExactlyInAnyOrder("db RUNNING", "web CREATED");
    assertThat(engine.start(task.task(), "web", webId).phase()).isEqualTo(Phase.RUNNING);

    engine.stop(task.task(), "web", webId, PATIENCE);
    awaitEnd(dbId);
    assertThat(engine.list()).extracting(f -> f.sighting().phase()).containsOnly(Phase.EXITED);
    assertThat(engine.list()).extracting(f -> f.sighting().exitCode()).containsOnly(143);
    engine.remove(task.task(), "web", webId);
    assertThat(engine.list()).extracting(f -> f.sighting().container()).containsExactly("db");
    assertThat(pods()).hasSize(1);
    engine.remove(task.task(), "db", dbId);
    assertThat(pods()).isEmpty();
  }

  @Test
  void aContainerThatWasNeverStartedIsStoppedWithItsPodAsWhatItIs() throws Exception {
    ContainerSpec db = program("db", "runs");
    ContainerSpec web = program("web", "runs");
    TaskAssignment task = task(db, web);
    String dbId = created(task, db);
    String webId = created(task, web);
    engine.start(task.task(), "db", dbId);
    Sighting stopped = engine.stop(task.task(), "web", webId, PATIENCE);
    assertThat(stopped).isNotNull();
    assertThat(stopped.phase()).isEqualTo(Phase.CREATED);
    awaitEnd(dbId);
    assertProblem(
        Problem.REFUSED, "DeadlineExceeded", () -> engine.start(task.task(), "web", webId));
  }

  @Test
  void valuesAreInNoPod() throws Exception {
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    created(task, spec);
    assertThat(pods().toString()).doesNotContain(SECRET_VALUE);
    assertThat(kubelet.client().secrets().inNamespace(namespace).list().getItems())
        .singleElement()
        .satisfies(secret ->
            assertThat(secret.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner ->
                    assertThat(owner.getUid())
                        .isEqualTo(pods().getFirst().getMetadata().getUid())));
  }

  @Test
  void anImageThatCannotBeHadIsMissing() throws Exception {
    ContainerSpec spec = program("web", "nowhere");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    assertProblem(
        Problem.IMAGE_MISSING,
        "ErrImagePull: manifest for",
        () -> engine.start(task.task(), "web", id));
    engine.remove(task.task(), "web", id);
    assertThat(pods()).isEmpty();
  }

  @Test
  void lackOfMemoryIsTold() throws Exception {
    ContainerSpec spec = program("web", "eats");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    engine.start(task.task(), "web", id);
    awaitEnd(id);
    assertThat(heard.element().outOfMemory()).isTrue();
    assertThat(heard.element().exitCode()).isEqualTo(137);
  }

  @Test
  void oneOfSeveralContainersIsNotStartedAgain() throws Exception {
    ContainerSpec job = program("job", "exits", "0");
    ContainerSpec web = program("web", "runs");
    TaskAssignment task = task(job, web);
    String id = created(task, job);
    created(task, web);
    engine.start(task.task(), "job", id);
    awaitEnd(id);
    assertProblem(
        Problem.REFUSED, "not started again", () -> engine.restart(task.task(), "job", id));
  }

  @Test
  void ofManyRunsThoseWithOutputOrSecretsAreKept() throws Exception {
    ContainerSpec spec = program("job", "exits", "0");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    engine.start(task.task(), "job", id);
    for (int run = 2; run <= 5; run++) {
      awaitEnd(id);
      heard.clear();
      engine.restart(task.task(), "job", id);
    }
    assertThat(pods()).extracting(PodMarks::run).containsExactlyInAnyOrder(1, 4, 5);
    assertThat(engine.list()).hasSize(1);
    engine.stop(task.task(), "job", id, PATIENCE);
    engine.remove(task.task(), "job", id);
    assertThat(pods()).isEmpty();
  }

  @Test
  void aDeletedPodKeepsItsExitCodeUntilItIsRemoved() throws Exception {
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    engine.start(task.task(), "web", id);
    kubelet.client().pods().inNamespace(namespace).withName(PodPlace.pod(task)).delete();
    awaitEnd(id);
    assertThat(heard.element().exitCode()).isEqualTo(143);
    assertThat(engine.list().getFirst().sighting().exitCode()).isEqualTo(143);
    engine.remove(task.task(), "web", id);
    assertThat(pods()).isEmpty();
  }

  @Test
  void aPodWithoutANodeIsStoppedAndNeverRuns() throws Exception {
    kubelet.schedules(false);
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    Sighting stopped = engine.stop(task.task(), "web", id, PATIENCE);
    assertThat(stopped).isNotNull();
    assertThat(stopped.phase()).isEqualTo(Phase.CREATED);
    kubelet.schedules(true);
    assertThatThrownBy(() -> engine.start(task.task(), "web", id))
        .isInstanceOf(EngineException.class);
    assertThat(engine.list().getFirst().sighting().phase()).isEqualTo(Phase.CREATED);
  }

  @Test
  void aCreationThatBrokeOffIsNoContainerAndIsTakenUp() throws Exception {
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    kubelet.api().trouble("POST .*/secrets", 503, "the server is overloaded");
    assertProblem(Problem.UNREACHABLE, "overloaded", () -> created(task, spec));
    assertThat(pods()).hasSize(1);
    assertThat(engine.list()).isEmpty();
    kubelet.api().well();
    String id = created(task, spec);
    assertThat(engine.start(task.task(), "web", id).phase()).isEqualTo(Phase.RUNNING);
    assertThat(pods()).hasSize(1);
  }

  @Test
  void whatAnEarlierProcessLeftWithoutAContainerIsRemoved() throws Exception {
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    kubelet.api().trouble("POST .*/secrets", 503, "the server is overloaded");
    assertProblem(Problem.UNREACHABLE, "overloaded", () -> created(task, spec));
    kubelet.api().well();
    try (KubernetesEngine next = engine(null)) {
      next.watch(
          new Engine.Listener() {
            @Override
            public void seen(TaskId any, Sighting sighting) {}

            @Override
            public void doubt() {}
          });
      assertThat(pods()).isEmpty();
    }
  }

  @Test
  void whatTheApiRefusesIsRefusedInItsWords() {
    ContainerSpec spec = program("web", "runs");
    kubelet.api().trouble("POST .*/pods", 403, "exceeded quota: pods=10");
    assertProblem(Problem.REFUSED, "exceeded quota: pods=10", () -> created(task(spec), spec));
  }

  @Test
  void anApiThatIsDownTellsNothingOfItsPods() throws Exception {
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    engine.start(task.task(), "web", id);
    kubelet.api().trouble(".*/pods.*", 500, "etcd has no leader");
    assertProblem(Problem.UNREACHABLE, "no leader", engine::list);
    assertProblem(
        Problem.UNREACHABLE, "no leader", () -> engine.stop(task.task(), "web", id, PATIENCE));
    kubelet.api().well();
    assertThat(engine.list().getFirst().sighting().phase()).isEqualTo(Phase.RUNNING);
  }

  @Test
  void aWatchThatBreaksIsResumed() throws Exception {
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    engine.start(task.task(), "web", id);
    int before = kubelet.api().watches();
    kubelet.api().cutWatches();
    await().atMost(Duration.ofSeconds(10)).until(() -> kubelet.api().watches() > before);
    kubelet.client().pods().inNamespace(namespace).withName(PodPlace.pod(task)).delete();
    awaitEnd(id);
  }

  @Test
  void whereTheApiHasForgottenWhatWasEverythingIsListedAnew() throws Exception {
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    String id = created(task, spec);
    engine.start(task.task(), "web", id);
    int before = doubts.get();
    int lists = lists();
    kubelet.api().tellGone();
    await().atMost(Duration.ofSeconds(10)).until(() -> doubts.get() > before);
    assertThat(lists()).isGreaterThan(lists);
    kubelet.client().pods().inNamespace(namespace).withName(PodPlace.pod(task)).delete();
    awaitEnd(id);
  }

  private int lists() {
    String list = "GET .*/namespaces/%s/pods\\?(?!.*watch=true).*".formatted(namespace);
    return kubelet.api().calls(list).size();
  }

  @Test
  void podsOfOthersAreNeitherListedNorTakenForOurs() throws Exception {
    ContainerSpec spec = program("web", "runs");
    TaskAssignment task = task(spec);
    Pod others =
        new PodBuilder()
            .withNewMetadata()
            .withName(PodPlace.pod(task))
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("web")
            .withArgs("runs")
            .endContainer()
            .endSpec()
            .build();
    kubelet.client().pods().inNamespace(namespace).resource(others).create();
    assertProblem(Problem.REFUSED, "another Pod", () -> created(task, spec));
    assertThat(engine.list()).isEmpty();
    KubernetesSettings settings =
        new KubernetesSettings(namespace, null, null, true, false, Duration.ofSeconds(30));
    try (KubernetesEngine other =
        new KubernetesEngine("other-host", settings, kubelet.driversClient())) {
      TaskAssignment theirs = task(spec);
      other.create(runner, theirs, spec);
      assertThat(engine.list()).isEmpty();
      assertThat(other.list()).extracting(Found::task).containsExactly(theirs.task());
    }
  }

  @Test
  void aNodeTellsWhatItHasToGive() throws Exception {
    kubelet
        .client()
        .nodes()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName("node-7")
                .endMetadata()
                .withNewStatus()
                .withAllocatable(
                    Map.of("cpu", new Quantity("3920m"), "memory", new Quantity("2Gi")))
                .withNewNodeInfo()
                .withArchitecture("arm64")
                .endNodeInfo()
                .endStatus()
                .build())
        .create();
    try (KubernetesEngine pinned = engine("node-7")) {
      assertThat(pinned.info().cores()).isEqualTo(3);
      assertThat(pinned.info().memoryBytes()).isEqualTo(2L << 30);
      assertThat(pinned.info().architecture()).isEqualTo("arm64");
      assertThat(pinned.info().driver()).isEqualTo("kubernetes");
    } finally {
      kubelet.client().nodes().withName("node-7").delete();
    }
    kubelet.api().trouble("GET .*/nodes.*", 403, "nodes is forbidden");
    assertThat(engine.info().cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }
}
