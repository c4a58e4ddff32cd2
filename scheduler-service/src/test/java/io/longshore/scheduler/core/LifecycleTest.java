package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Lifecycle.Owner;
import io.longshore.scheduler.core.Lifecycle.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Every pair of states and owners, and the document that shows the table. */
class LifecycleTest {

  @Test
  void noPairOfStatesLeadsBack() {
    for (TaskStatus from : TaskStatus.values()) {
      for (TaskStatus to : TaskStatus.values()) {
        for (Owner owner : Owner.values()) {
          Verdict verdict = Lifecycle.judge(from, to, owner);
          if (to.isBefore(from)) {
            assertThat(verdict).as("%s → %s by %s", from, to, owner).isEqualTo(Verdict.LATE);
          }
          if (from == TaskStatus.STOPPED) {
            assertThat(verdict).as("%s → %s by %s", from, to, owner).isEqualTo(Verdict.LATE);
          }
        }
      }
    }
  }

  @Test
  void runnersMoveForwardAndTheSchedulerMayEndAndTakeTrafficAway() {
    for (TaskStatus from : TaskStatus.values()) {
      for (TaskStatus to : TaskStatus.values()) {
        if (from.isBefore(to)) {
          assertThat(Lifecycle.judge(from, to, Owner.RUNNER)).isEqualTo(Verdict.ADVANCE);
          assertThat(Lifecycle.judge(from, to, Owner.SCHEDULER))
              .isEqualTo(
                  to == TaskStatus.STOPPED
                          || (from == TaskStatus.RUNNING && to == TaskStatus.DEACTIVATING)
                      ? Verdict.ADVANCE
                      : Verdict.LATE);
        }
      }
    }
  }

  @Test
  void theSameStateIsNewsOnlyWhileTheTaskLives() {
    assertThat(Lifecycle.judge(TaskStatus.RUNNING, TaskStatus.RUNNING, Owner.RUNNER))
        .isEqualTo(Verdict.SAME);
    assertThat(Lifecycle.judge(TaskStatus.STOPPED, TaskStatus.STOPPED, Owner.RUNNER))
        .isEqualTo(Verdict.LATE);
  }

  @Test
  void theDocumentShowsTheTable() throws IOException {
    String document = Files.readString(Path.of("..", "docs", "task-lifecycle.md"));
    StringBuilder table = new StringBuilder("| from | to | who |\n|---|---|---|\n");
    for (TaskStatus from : TaskStatus.values()) {
      for (TaskStatus to : TaskStatus.values()) {
        for (Owner owner : Owner.values()) {
          if (Lifecycle.owners(from, to).contains(owner)) {
            table.append("| %s | %s | %s |%n".formatted(from, to, owner));
          }
        }
      }
    }
    assertThat(document).contains(table);
  }
}
