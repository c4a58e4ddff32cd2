package io.longshore.runner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.Tasks;
import io.longshore.runner.engine.Card;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogStreamTest {
  private static TaskAssignment task(@Nullable String driver, Map<String, String> options) {
    ContainerSpec plain = Tasks.container("app", true);
    return Tasks.of(
        Tasks.id("logs"),
        new ContainerSpec(
            "app",
            plain.image(),
            1,
            null,
            null,
            true,
            List.of(),
            List.of(),
            Map.of(),
            List.of(),
            null,
            null,
            null,
            false,
            Map.of(),
            driver,
            options));
  }

  @Test
  void whatADefinitionSaysApplies() throws Exception {
    Map<String, String> options =
        Map.of("awslogs-group", "/my/app", "awslogs-stream-prefix", "web", "awslogs-region", "r");
    TaskAssignment task = task("awslogs", options);
    LogStream expected = new LogStream("/my/app", "web/app/" + task.task());
    assertThat(LogStream.of(task, "app")).isEqualTo(expected);
    // A runner that comes back knows it from the container.
    assertThat(LogStream.of(Card.read(Card.write(task)), "app")).isEqualTo(expected);
    assertThat(LogStream.of(task, "another")).isNull();
  }

  @Test
  void withoutAWordOfItTheFamilyNamesBoth() {
    TaskAssignment plain = task(null, Map.of());
    LogStream expected = new LogStream("/ecs/web", "web/app/" + plain.task());
    assertThat(LogStream.of(plain, "app")).isEqualTo(expected);
    assertThat(LogStream.of(task("json-file", Map.of("max-size", "1m")), "app"))
        .isEqualTo(expected);
    assertThat(LogStream.of(task("awslogs", Map.of()), "app")).isEqualTo(expected);
  }

  @Test
  void whatGoesElsewhereIsLeftAlone() {
    assertThat(LogStream.of(task("syslog", Map.of()), "app")).isNull();
  }
}
