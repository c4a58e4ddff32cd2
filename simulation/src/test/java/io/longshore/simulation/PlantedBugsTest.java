package io.longshore.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the simulation is worth: each of these mistakes breaks a promise that it notices. */
class PlantedBugsTest {
  private static final long SEEDS_MAX = 1_000;

  /** Of the first thousand, those that noticed something once: they are tried before the others. */
  private static final List<Long> TELLING =
      List.of(672L, 753L, 398L, 119L, 34L, 28L, 19L, 174L, 79L, 68L);

  static List<PlantedBug> bugs() {
    return List.of(
        // --- what is written and sent
        new PlantedBug(
            "a former owner is not fenced",
            "simulation Store",
            "if (turn.epoch() != epoch) {",
            "if (false) {"),
        new PlantedBug(
            "outbox rows go before they are acknowledged",
            "simulation SchedulerNode",
            "return unacknowledged.isEmpty() ? last : unacknowledged.first() - 1;",
            "return sequence;"),
        new PlantedBug(
            "what the former owner had not sent is not sent",
            "simulation SchedulerNode",
            "send(fresh, owned.unsent());",
            ""),
        new PlantedBug(
            "offsets are not part of the turn",
            "simulation Store",
            "reportsOffset = turn.reportsOffset();",
            "reportsOffset = Math.max(0, turn.reportsOffset() + 3);"),
        new PlantedBug(
            "offsets are written before the state",
            "simulation Store",
            "if (turn.epoch() != epoch) {",
            "reportsOffset = turn.reportsOffset(); if (turn.epoch() != epoch) {"),
        new PlantedBug(
            "whoever takes over is not told apart from who had it",
            "simulation Store",
            "epoch++;",
            ""),
        new PlantedBug(
            "what could not be written is sent all the same",
            "simulation SchedulerNode",
            "later(100, this::poll);",
            "send(owned, turn.outbox()); later(100, this::poll);"),
        new PlantedBug(
            "answers are not part of the turn",
            "simulation Store",
            "answers.putAll(turn.answers());",
            ""),
        new PlantedBug(
            "the outbox is not part of the turn",
            "simulation Store",
            "outbox.putAll(turn.outbox());",
            ""),
        new PlantedBug(
            "a task that stops is taken for one that has stopped",
            "simulation Store",
            "if (task.status() == TaskStatus.STOPPED) {",
            "if (TaskStatus.RUNNING.isBefore(task.status())) {"),
        new PlantedBug(
            "the machine's clock is trusted",
            "simulation SchedulerNode",
            "return clock.instant();",
            "return wallClock();"),
        // --- what the scheduler decides
        new PlantedBug(
            "a repeated call is decided again",
            "scheduler-service core.Answers",
            "if (answer != null) {",
            "if (answer != null && keys(envelope).isEmpty()) {"),
        new PlantedBug(
            "states go back",
            "scheduler-service core.Lifecycle",
            "return owners(from, to).contains(owner) ? Verdict.ADVANCE : Verdict.LATE;",
            "return Verdict.ADVANCE;"),
        new PlantedBug(
            "what an inventory lacks is believed to run",
            "scheduler-service core.ReportDecider",
            "if (!listed.contains(task.id()) && !neverBegun(task)) {",
            "if (false) {"),
        new PlantedBug(
            "a start that was never taken in is not ordered again",
            "scheduler-service core.ReportDecider",
            "if (neverBegun(task) && !listed(report).contains(task.id())) {",
            "if (false) {"),
        new PlantedBug(
            "a lost host's beat is taken for a sign of health",
            "scheduler-service core.ReportDecider",
            "return runner != null && runner.connected() && runner.incarnation()",
            "return runner != null && runner.incarnation()"),
        new PlantedBug(
            "silence is judged early",
            "scheduler-service core.Leases",
            "heardAt.getOrDefault(runner.id(), since).plus(policy.runnerLease()).isBefore(now);",
            "heardAt.getOrDefault(runner.id(), since)"
                + ".plus(policy.runnerLease().dividedBy(2)).isBefore(now);"),
        new PlantedBug(
            "reports of an old incarnation are believed",
            "scheduler-service core.ReportDecider",
            """
                    || !runner.cluster().equals(report.cluster())
                    || !runner.incarnation().equals(report.incarnation())
                    || runner.isGone(report.incarnation())) {
            """,
            """
                    || !runner.cluster().equals(report.cluster())
                    || runner.isGone(report.incarnation())) {
            """),
        // --- how much is launched at a time
        new PlantedBug(
            "launches take nothing of the budgets",
            "scheduler-service core.LaunchBudget",
            "fullAt.put(whose, now.plus(owed(whose, now)).plusNanos(rate.intervalNanos()));",
            ""),
        new PlantedBug(
            "services have no launch budget of their own",
            "scheduler-service core.Starts",
            "return Math.min(own, shared(service.cluster(), budgets.cluster()));",
            "return shared(service.cluster(), budgets.cluster());"),
        new PlantedBug(
            "hosts have no launch budget",
            "scheduler-service core.Starts",
            "return shared(place.runner().id(), plan.policy.budgets().host());",
            "return Integer.MAX_VALUE;"),
        new PlantedBug(
            "clusters have no launch budget",
            "scheduler-service core.Starts",
            "return Math.min(own, shared(service.cluster(), budgets.cluster()));",
            "return own;"),
        new PlantedBug(
            "launch budgets are full again too soon",
            "scheduler-service core.LaunchBudget",
            "return full.isAfter(now) ? Duration.between(now, full) : Duration.ZERO;",
            "return full.isAfter(now) ? Duration.between(now, full).dividedBy(2) : Duration.ZERO;"),
        new PlantedBug(
            "a service that fails leaves nothing to the others",
            "scheduler-service core.Starts",
            "return plan.failures() == 0 ? left : Math.max(0, left - rate.burst() / 2);",
            "return left;"),
        // --- what has to stay up
        new PlantedBug(
            "a deployment stops what is healthy without a bound",
            "scheduler-service core.Stops",
            "long mayStop = Math.max(0, healthy - needed);",
            "long mayStop = healthy;"),
        new PlantedBug(
            "what may be healthy for all we know is stopped below the lower bound",
            "scheduler-service core.Plan",
            "if (healthy < needed) {",
            "if (false) {"),
        new PlantedBug(
            "blue goes before all of green is up",
            "scheduler-service core.Stages",
            ">= plan.service.desiredCount();",
            ">= plan.service.desiredCount() / 2;"),
        new PlantedBug(
            "blue counts for green",
            "scheduler-service core.Stages",
            "plan.tasks.stream().filter(Task::isWanted).filter(plan::isOfPrimary).toList())",
            "plan.tasks.stream().filter(Task::isWanted).toList())"),
        new PlantedBug(
            "blue stays when green has taken over",
            "scheduler-service core.Sides",
            "if (progress == null || progress.blue() == null || progress.stage() == Stage.CLEAN_UP)"
                + " {",
            "if (progress == null || progress.blue() == null) {"),
        new PlantedBug(
            "lost hosts keep their tasks",
            "scheduler-service core.Leases",
            "for (Task task : state.tasksOn(runner.id())) {",
            "for (Task task : List.<Task>of()) {"),
        new PlantedBug(
            "hosts are never taken for lost",
            "scheduler-service core.Leases",
            "boolean silent = isSilent(runner, now);",
            "boolean silent = false && isSilent(runner, now);"),
        new PlantedBug(
            "ends are not acknowledged",
            "scheduler-service core.Ledger",
            "      order(next.runner(), generation -> new Order.ForgetTask(next.runner(),"
                + " generation, id));\n",
            ""),
        new PlantedBug(
            "a stop is decided and not ordered",
            "scheduler-service core.Ledger",
            """
                if (!drains) {
                  orderStop(task, stop.reason());
                }
            """,
            ""),
        new PlantedBug(
            "generations are given twice",
            "scheduler-service core.Ledger",
            "Runner next = runner.withGeneration(runner.generation() + 1);",
            "Runner next = runner.withGeneration(Math.max(1, runner.generation()));"),
        new PlantedBug(
            "a repeated call is answered with another effect",
            "scheduler-service core.Answers",
            "fresh.put(key, new Answer(envelope.fingerprint(), accepted));",
            "fresh.putIfAbsent(key, new Answer(envelope.fingerprint(), Accepted.of(key)));"),
        new PlantedBug(
            "a task that has ended is wanted still",
            "scheduler-service core.Task",
            "ends ? DesiredStatus.STOPPED : desired,",
            "desired,"),
        new PlantedBug(
            "containers go before it is told that they have ended",
            "runner-service core.Lifecycle",
            "if (state.desired() == Desired.FORGET) {",
            "if (state.desired() == Desired.FORGET || state.desired() == Desired.STOP) {"),
        new PlantedBug(
            "a task is told to have stopped while it stops",
            "runner-service core.Observations",
            "if (state.hasEnded()) {",
            "if (state.isEnding()) {"),
        new PlantedBug(
            "what is seen of one container is taken for all of its task",
            "runner-service core.TaskState",
            "changed[i] = before.name().equals(name) ? to.apply(before) : before;",
            "changed[i] = to.apply(before);"),
        new PlantedBug(
            "an exit is told with a code that is not its own",
            "runner-service core.ContainerState",
            "exits ? sighting.exitCode() : exitCode,",
            "exits ? Integer.valueOf(0) : exitCode,"),
        new PlantedBug(
            "a call that failed is not made again",
            "runner-service core.TaskKeeper",
            "    callWaits = true;\n",
            ""),
        new PlantedBug(
            "calls that nobody knows the end of are given up",
            "runner-service core.TaskState",
            "return starts ? change(name, ContainerState::doubted) : this;",
            "return change(name, container -> container.at(Stage.REMOVED));"),
        new PlantedBug(
            "a start that broke off is taken for none",
            "runner-service core.TaskState",
            "return starts ? change(name, ContainerState::doubted) : this;",
            "return this;"),
        new PlantedBug(
            "orders of an old generation count",
            "runner-service core.Orders",
            "if (order.generation() <= generation) {",
            "if (false) {"),
        new PlantedBug(
            "manifests are not followed",
            "runner-service core.Membership",
            "case Order.Manifest manifest -> manifest(manifest);",
            "case Order.Manifest manifest -> List.of();"),
        new PlantedBug(
            "what a manifest does not name stays",
            "runner-service core.Membership",
            "} else if (!stop.contains(task)) {",
            "} else if (false) {"),
        new PlantedBug(
            "a lease counts from when the arrival of a word was heard of",
            "runner-service core.Contact",
            "heardAtNanos = sentNanos;",
            "heardAtNanos = nanos;"),
        new PlantedBug(
            "a runner does not stop by itself what must have no second copy",
            "runner-service core.Membership",
            "if (strict.isEmpty() || !contact.isOver(nanos)) {",
            "if (true) {"),
        new PlantedBug(
            "an order from before contact was lost is followed",
            "runner-service core.Membership",
            "&& !contact.isSure(nanos);",
            "&& false;"),
        new PlantedBug(
            "what must have no second copy is taken up when a runner starts anew",
            "runner-service core.TaskState",
            "assignment.strict() ? found.hurrying(BEGUN_ANEW) : found;",
            "found;"),
        new PlantedBug(
            "a replacement is launched while the old copy is stopping",
            "scheduler-service core.Plan",
            ": tasks.size();",
            ": tasks.stream().filter(Task::isWanted).count();"),
        new PlantedBug(
            "lists count that were asked for before the last call",
            "runner-service core.TaskKeeper",
            "if (askedAtNanos - lastWordNanos.getOrDefault(container.name(), bornNanos) > 0)"
                + " {",
            "if (true) {"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isNoticed(PlantedBug bug) throws IOException, InterruptedException {
    PlantedBug.Run run = bug.planted();
    LongStream seeds =
        LongStream.concat(
            TELLING.stream().mapToLong(Long::longValue), LongStream.range(0, SEEDS_MAX));
    Optional<String> noticed = PlantedBug.noticed(run, seeds);
    // Which seeds to try first, should this take long one day.
    System.out.println(bug.name() + ": " + noticed.orElse("not noticed"));
    assertThat(noticed).as(bug.name()).isPresent();
  }
}
