package io.longshore.runner.agent;

import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where reports go. Never blocks and never loses the newest: of several reports of the same kind
 * about the same thing that could not be sent yet, only the last is kept.
 */
@FunctionalInterface
public interface Reports {
  /**
   * Takes a report to be sent.
   *
   * @param traceparent of the order that caused what is reported, if there was one
   * @param arrived called once the brokers have acknowledged it, on any thread; never for one that
   *     a newer one took the place of
   */
  void send(Report.OfRunner report, @Nullable String traceparent, Runnable arrived);

  /** Takes a report to be sent of which nobody waits to hear that it has arrived. */
  default void send(Report.OfRunner report, @Nullable String traceparent) {
    send(report, traceparent, () -> {});
  }

  /**
   * Takes a registration to be sent. It is written when it is sent, anew each time: a report that
   * is sent before it may be of an incarnation that nobody has heard of yet, and then only its
   * inventory tells what that report told. Whatever happens later is reported after it. Here for
   * those who send at once.
   *
   * @param registration called on any thread
   */
  default void register(RunnerId runner, Supplier<Report.RunnerRegistered> registration) {
    send(registration.get(), null);
  }
}
