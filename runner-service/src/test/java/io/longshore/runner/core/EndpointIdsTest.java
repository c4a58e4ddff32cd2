package io.longshore.runner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.TaskId;
import io.longshore.runner.Tasks;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndpointIdsTest {
  private static final EndpointIds IDS = new EndpointIds("a secret of this host");
  private static final TaskId TASK = Tasks.id("ids");

  @Test
  void anIdIsTheSameWhoeverDerivesItFromTheSecret() {
    String id = IDS.of(TASK, "web");
    assertThat(id).isEqualTo(new EndpointIds("a secret of this host").of(TASK, "web"));
    assertThat(id).startsWith(TASK + "-").hasSize(65);
    assertThat(EndpointIds.task(id)).isEqualTo(TASK);
    assertThat(IDS.isOf(id, TASK, "web")).isTrue();
  }

  @Test
  void itDiffersByTaskByContainerAndBySecret() {
    String tail = IDS.of(TASK, "web").substring(33);
    assertThat(
            Set.of(
                tail,
                IDS.of(TASK, "db").substring(33),
                IDS.of(Tasks.id("another"), "web").substring(33),
                new EndpointIds("another secret").of(TASK, "web").substring(33)))
        .hasSize(4);
    assertThat(IDS.isOf(IDS.of(TASK, "db"), TASK, "web")).isFalse();
    assertThat(new EndpointIds("another secret").isOf(IDS.of(TASK, "web"), TASK, "web")).isFalse();
  }

  @Test
  void whatIsNoIdIsOfNoTask() {
    String id = IDS.of(TASK, "web");
    for (String wrong :
        List.of(
            "",
            TASK.value(),
            TASK + "-",
            id.substring(1),
            id + "0",
            id.replace('-', '0'),
            "g" + id.substring(1),
            id.substring(0, 64) + "/",
            "x".repeat(65))) {
      assertThat(EndpointIds.task(wrong)).as(wrong).isNull();
    }
  }

  @Test
  void itsTextDoesNotTellTheSecret() {
    assertThat(IDS.toString()).doesNotContain("secret");
  }
}
