package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerImage;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.VersionConsistency;

/** What a tag that is moved does to a service, on a runner that pulls before every start. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ImageVersionTest {
  private static final String CLUSTER = "versions";

  private TestEngine engine;
  private TestRegistry registry;
  private Standalone longshore;
  private Ecs ecs;

  @BeforeAll
  void start() throws Exception {
    engine = TestEngine.orSkip();
    registry = engine.registry();
    longshore =
        Standalone.up(
            "image-version", "docker", Map.of("LONGSHORE_RUNNER_IMAGE_PULL_BEHAVIOR", "always"));
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
    if (registry != null) {
      engine.removeImages(registry.address());
      registry.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  private String digestOf(Task task) {
    return task.containers().getFirst().imageDigest();
  }

  /** Kills the service's only container; gives the task that takes its place. */
  private Task replaced(String service) {
    Task before = only(service);
    engine.kill(before.containers().getFirst().runtimeId());
    Waiting.forState("a task in the place of " + before.taskArn(), 60)
        .ignoreExceptions()
        .until(() ->
            !only(service).taskArn().equals(before.taskArn())
                && "RUNNING".equals(only(service).lastStatus()));
    return only(service);
  }

  private Task only(String service) {
    List<Task> tasks =
        ecs.tasks(CLUSTER).stream()
            .filter(task -> ("service:" + service).equals(task.group()))
            .toList();
    assertThat(tasks).hasSize(1);
    return tasks.getFirst();
  }

  private List<ContainerImage> images(String service) {
    String revision = ecs.service(CLUSTER, service).currentServiceRevisions().getFirst().arn();
    return ecs.client()
        .describeServiceRevisions(r -> r.serviceRevisionArns(revision))
        .serviceRevisions()
        .getFirst()
        .containerImages();
  }

  @Test
  void aTagThatIsMovedTakesEffectWithTheNextDeployment() throws Exception {
    String image = registry.image("app", "1");
    String first = registry.push("1", "first");
    String pinned = ecs.register("pinned", Ecs.FOREVER, c -> c.image(image));
    String floating =
        ecs.register(
            "floating",
            Ecs.FOREVER,
            c -> c.image(image).versionConsistency(VersionConsistency.DISABLED));
    ecs.service(CLUSTER, "pinned", pinned, 1);
    ecs.service(CLUSTER, "floating", floating, 1);
    ecs.awaitCount(CLUSTER, "pinned", 1, 60);
    ecs.awaitCount(CLUSTER, "floating", 1, 60);
    assertThat(digestOf(only("pinned"))).isEqualTo(first);
    assertThat(digestOf(only("floating"))).isEqualTo(first);

    String second = registry.push("1", "second");
    assertThat(second).isNotEqualTo(first);
    assertThat(digestOf(replaced("floating"))).isEqualTo(second);
    Task healed = replaced("pinned");
    assertThat(digestOf(healed)).isEqualTo(first);
    assertThat(healed.containers().getFirst())
        .extracting(Container::image, c -> engine.label(c.runtimeId(), "version"))
        .containsExactly(image, "first");
    assertThat(images("pinned"))
        .singleElement()
        .extracting(ContainerImage::image, ContainerImage::imageDigest)
        .containsExactly(image, first);

    ecs.client().updateService(r -> r.cluster(CLUSTER).service("pinned").forceNewDeployment(true));
    Waiting.forState("the second image everywhere", 60)
        .ignoreExceptions()
        .until(() -> second.equals(digestOf(only("pinned"))));
    assertThat(engine.label(only("pinned").containers().getFirst().runtimeId(), "version"))
        .isEqualTo("second");
  }
}
