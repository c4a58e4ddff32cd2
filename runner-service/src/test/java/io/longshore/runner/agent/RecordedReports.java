package io.longshore.runner.agent;

import io.longshore.messages.Report;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keeps what is reported. */
final class RecordedReports implements Reports {
  private record Sent(Report.OfRunner report, @Nullable String traceparent) {}

  private volatile boolean arrive = true;

  private final List<Sent> sent = new CopyOnWriteArrayList<>();

  @Override
  public void send(Report.OfRunner report, @Nullable String traceparent, Runnable arrived) {
    sent.add(new Sent(report, traceparent));
    if (arrive) {
      arrived.run();
    }
  }

  /** From now on nothing arrives. */
  void cut() {
    arrive = false;
  }

  <R extends Report> List<R> of(Class<R> kind) {
    return sent.stream().map(Sent::report).filter(kind::isInstance).map(kind::cast).toList();
  }

  List<TaskObservation> of(TaskId task) {
    return of(Report.TaskObserved.class).stream()
        .map(Report.TaskObserved::observation)
        .filter(observation -> observation.task().equals(task))
        .toList();
  }

  List<String> traceparents(TaskId task) {
    return sent.stream()
        .filter(one ->
            one.report() instanceof Report.TaskObserved observed
                && observed.observation().task().equals(task))
        .map(one -> String.valueOf(one.traceparent()))
        .toList();
  }
}
