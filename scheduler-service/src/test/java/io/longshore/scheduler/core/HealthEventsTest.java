package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Arns;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.scheduler.outbound.OutboxRecords;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the public events of a task say of its health. */
class HealthEventsTest {
  private final World world = new World();
  private final OutboxRecords records = new OutboxRecords(new Arns("us-east-1", "000000000000"));

  private List<Task> told() {
    List<Task> told =
        world.outgoing.stream()
            .filter(Outgoing.TaskChanged.class::isInstance)
            .map(record -> ((Outgoing.TaskChanged) record).task())
            .toList();
    world.outgoing.clear();
    return told;
  }

  private String event(Task task) {
    return new String(
        records.record(new Outgoing.TaskChanged(task), 1, null, world.now).value(),
        StandardCharsets.UTF_8);
  }

  @Test
  void aChangeOfHealthIsAnEventOfALaterVersion() {
    world.addRunner("a", "zone-a");
    world.createService(1, World.checkedSpec(1), new ServiceSettings(100, 200));
    TaskId only = world.tasks().getFirst().id();
    world.says(only, HealthStatus.UNKNOWN);
    Task before = told().getLast();
    assertThat(event(before)).contains("\"healthStatus\":\"UNKNOWN\"").doesNotContain("HEALTHY\"");

    world.says(only, HealthStatus.HEALTHY);
    assertThat(told())
        .singleElement()
        .satisfies(task -> {
          assertThat(task.version()).isEqualTo(before.version() + 1);
          assertThat(task.health()).isEqualTo(HealthStatus.HEALTHY);
          assertThat(event(task).split("\"healthStatus\":\"HEALTHY\"", -1))
              .as("of the task and of its container")
              .hasSize(3);
        });
    world.says(only, HealthStatus.HEALTHY);
    assertThat(told()).as("nothing has changed").isEmpty();
  }

  @Test
  void withoutACheckThereIsNoSayingHowATaskIs() {
    world.addRunner("a", "zone-a");
    world.createService(1);
    world.allRunning();
    assertThat(told().getLast().health()).isEqualTo(HealthStatus.UNKNOWN);
  }
}
