package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command.StopType;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ImageVersion;
import io.longshore.messages.TaskId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All tasks of a deployment run the same images. */
class DigestsTest {
  private static final String OLD = "sha256:01";
  private static final String NEW = "sha256:02";

  private final World world = new World();

  @BeforeEach
  void start() {
    world.addRunner("a", "zone-a");
  }

  private static ContainerSpec free(String name) {
    return World.container(name, 64, 64).withVersion(new ImageVersion(false, null));
  }

  /** The newest task of this revision. */
  private Task newest(int revision) {
    return world.tasks().stream()
        .filter(task -> task.spec().definition().revision() == revision && task.isWanted())
        .reduce((one, other) -> other)
        .orElseThrow();
  }

  /** A task ends; gives the one that takes its place. */
  private Task replacementOf(TaskId task) {
    List<TaskId> before = world.tasks().stream().map(Task::id).toList();
    world.exited(task, 1);
    return world.tasks().stream()
        .filter(each -> !before.contains(each.id()))
        .findFirst()
        .orElseThrow();
  }

  private static String image(Task task) {
    return task.spec().containers().getFirst().imageToRun();
  }

  @Test
  void whatTheFirstTaskToldHoldsForAllThatFollow() {
    world.createService(1);
    assertThat(image(newest(1))).isEqualTo("busybox");
    world.runs(newest(1).id(), OLD);
    Task second = replacementOf(newest(1).id());
    assertThat(image(second)).isEqualTo("busybox@" + OLD);
    assertThat(second.spec().containers().getFirst().image()).isEqualTo("busybox");
    world.runs(second.id(), NEW);
    assertThat(image(replacementOf(second.id()))).as("the first one counts").endsWith(OLD);
    world.scale(2);
    assertThat(world.tasks()).filteredOn(Task::isWanted).allMatch(t -> image(t).endsWith(OLD));
  }

  @Test
  void aNewDeploymentLooksAnewAndGoingBackDoesNot() {
    world.createService(1, World.spec(1), World.breaker(0, 100, true));
    world.runs(newest(1).id(), OLD);
    world.force();
    world.allStopped();
    assertThat(image(newest(1))).as("the tag may have been moved").isEqualTo("busybox");
    world.runs(newest(1).id(), NEW);
    world.allStopped();

    world.deploy(2);
    world.allStopped();
    assertThat(image(newest(2))).isEqualTo("busybox");
    world.stopDeployment(StopType.ROLLBACK);
    world.allStopped();
    assertThat(image(newest(1))).isEqualTo("busybox@" + NEW);
  }

  @Test
  void containersThatDoNotAskForItRunWhateverTheTagStandsFor() {
    world.createService(
        1,
        World.spec(1, World.container("app", 64, 64), free("side")),
        World.breaker(100, 200, false));
    world.runs(newest(1).id(), OLD);
    Task next = replacementOf(newest(1).id());
    assertThat(next.spec().containers())
        .extracting(ContainerSpec::imageToRun)
        .containsExactly("busybox@" + OLD, "busybox");
    assertThat(world.web().primary().images())
        .as("they are told all the same")
        .containsOnlyKeys("app", "side");
  }
}
