package io.longshore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the sweep is worth: each of these mistakes, most of them an order of two effects, breaks a
 * promise in one of its histories.
 */
class SweptBugsTest {
  // Every one: callers ask again and runners tell again, so that much of what is lost comes right.
  private static final long HISTORIES_MAX = KillSweep.once(1).size();

  static List<PlantedBug> bugs() {
    return List.of(
        // --- schedulers
        new PlantedBug(
            "offsets are committed before the state",
            "simulation SchedulerNode",
            """
                boolean dies = diesAfter(points(owned, turn, gathered));
                try {
            """,
            """
                boolean dies = false;
                try {
                  var state = io.longshore.scheduler.core.State.of(
                      List.of(), List.of(), List.of(), List.of(), List.of());
                  store.commit(
                      new Store.Turn(
                          turn.epoch(),
                          turn.commandsOffset(),
                          turn.reportsOffset(),
                          new Shard(state, new Arns("r", "0"), policy, now()).takeChanges(),
                          new TreeMap<>(),
                          turn.sequence(),
                          turn.sentUpTo(),
                          java.util.Map.of(),
                          turn.decided()));
                  dies = diesAfter(points(owned, turn, gathered));
            """),
        new PlantedBug(
            "rows of the outbox are deleted before they are sent",
            "simulation SchedulerNode",
            "return unacknowledged.isEmpty() ? last : unacknowledged.first() - 1;",
            "return sequence;"),
        new PlantedBug(
            "replies go before the commit",
            "simulation SchedulerNode",
            "later(2, () -> commit(owned, turn, gathered));",
            "gathered.forEach(replies); later(2, () -> commit(owned, turn, gathered));"),
        new PlantedBug(
            "answers are not part of the turn",
            "simulation Store",
            "answers.putAll(turn.answers());",
            ""),
        // --- runners
        new PlantedBug(
            "a task is forgotten before its end was acknowledged",
            "simulation RunnerNode",
            "case TaskKeeper.Report report -> report(report.observation());",
            """
            case TaskKeeper.Report report -> {
              report(report.observation());
              if (report.observation().lastStatus() == TaskStatus.STOPPED) {
                later(0, () -> perform(List.of(new Membership.Want(task, Desired.FORGET))));
              }
            }
            """),
        new PlantedBug(
            "containers are removed before their end is reported",
            "runner-service core.Lifecycle",
            "if (state.desired() == Desired.FORGET) {",
            "if (state.desired() == Desired.FORGET || state.desired() == Desired.STOP) {"),
        new PlantedBug(
            "who begins does not remove what tasks had in common",
            "simulation RunnerNode",
            "    engine.sweep();\n",
            ""),
        new PlantedBug(
            "who begins asks for nothing of a cluster that is gone",
            "simulation RunnerNode",
            """
                if (log.isGone(host.cluster())) {
                  leave();
                } else {
                  position();
                }
            """,
            """
                if (log.isGone(host.cluster())) {
                  return;
                }
                position();
            """),
        new PlantedBug(
            "what never ran is started where another start may have been under way",
            "runner-service core.Membership",
            "boolean undo = desired == Desired.HOLD && TaskState.isUndoable(assignment,"
                + " sightings);",
            "boolean undo = desired == Desired.HOLD;"),
        new PlantedBug(
            "gaps in the orders are passed over",
            "runner-service core.Orders",
            "if (order.generation() > generation + 1) {",
            "if (false) {"),
        // --- output
        new PlantedBug(
            "output is taken for arrived when it is handed over",
            "simulation RunnerOutput",
            "boolean dies = process.diesAfter(KillPoint.OUTPUT_SENT);",
            "positions.put(lines.container(), lines.last()); changed = true;"
                + " boolean dies = process.diesAfter(KillPoint.OUTPUT_SENT);"),
        new PlantedBug(
            "containers go before their output has arrived",
            "simulation RunnerOutput",
            "return written(container) > reached(container);",
            "return false;"),
        new PlantedBug(
            "how far an api has read is kept before what it has read",
            "simulation Api",
            "effect(KillPoint.OUTPUT_LINES_KEPT, () -> keep(lines));",
            "file.save(Map.of(OFFSET, offset + 1));"
                + " effect(KillPoint.OUTPUT_LINES_KEPT, () -> keep(lines));"),
        // --- load balancers
        new PlantedBug(
            "who begins reads of routes only what is new",
            "simulation BalancerNode",
            "    position = 0;\n",
            ""),
        // --- callers
        new PlantedBug(
            "a call that broke off is made again as another one",
            "simulation Script",
            "attempt(command, key, attempt + 1, answered)",
            "attempt(command, key + \"'\", attempt + 1, answered)"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isNoticed(PlantedBug bug) throws IOException {
    assertThat(noticed(bug.planted("KillSweep", "runOnce"))).as(bug.name()).isNotEmpty();
  }

  /** What goes wrong only while something comes right. */
  @Test
  void isNoticedByTwoCrashes() throws IOException {
    PlantedBug bug =
        new PlantedBug(
            "what a former owner had not sent is deleted when it is read",
            "simulation Store",
            """
                return new Owned(
                    epoch, commandsOffset, reportsOffset, sequence, decidedAt, state, new TreeMap<>(outbox));
            """,
            """
                TreeMap<Long, Outgoing> unsent = new TreeMap<>(outbox);
                outbox.clear();
                return new Owned(
                    epoch, commandsOffset, reportsOffset, sequence, decidedAt, state, unsent);
            """);
    assertThat(noticed(bug.planted("KillSweep", "runOnce"))).isEmpty();
    assertThat(noticed(bug.planted("KillSweep", "runTwice"))).isNotEmpty();
  }

  private static String noticed(PlantedBug.Run run) {
    String noticed = "";
    for (long number = 0; number < HISTORIES_MAX && noticed.isEmpty(); number++) {
      noticed = run.failureOf(number);
    }
    return noticed;
  }
}
