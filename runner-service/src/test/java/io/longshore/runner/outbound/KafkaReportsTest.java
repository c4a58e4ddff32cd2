package io.longshore.runner.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.Codec;
import io.longshore.messages.HostResources;
import io.longshore.messages.Ids;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.messages.Topics;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.Tasks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaReportsTest {
  private static final RunnerId RUNNER = new RunnerId(Ids.derive("runner"));
  private static final TaskId ONE = Tasks.id("one");
  private static final TaskId TWO = Tasks.id("two");

  // It does not answer until it is told to.
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final KafkaReports reports = new KafkaReports(producer);

  /** Of task one, as an inventory has it. */
  private volatile TaskStatus status = TaskStatus.RUNNING;

  @AfterEach
  void end() {
    reports.close();
    producer.close();
  }

  private void observe(TaskId task, TaskStatus status) {
    reports.send(
        new Report.TaskObserved(Tasks.CLUSTER, RUNNER, "i", observation(task, status)), "trace");
  }

  private static TaskObservation observation(TaskId task, TaskStatus status) {
    return new TaskObservation(
        task, status, List.of(), null, null, null, null, null, null, null, null);
  }

  private List<TaskStatus> statuses(TaskId task) throws UnreadableMessageException {
    List<TaskStatus> statuses = new ArrayList<>();
    for (var record : producer.history()) {
      if (Codec.decode(record.value(), Report.class) instanceof Report.TaskObserved observed
          && observed.observation().task().equals(task)) {
        statuses.add(observed.observation().lastStatus());
      }
    }
    return statuses;
  }

  private void eventuallySent(int records) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(producer.history()).hasSize(records));
  }

  @Test
  void ofSeveralUnsentReportsOfATaskOnlyTheNewestIsKept() throws Exception {
    observe(ONE, TaskStatus.PENDING);
    eventuallySent(1);
    observe(ONE, TaskStatus.RUNNING);
    observe(ONE, TaskStatus.STOPPING);
    observe(ONE, TaskStatus.STOPPED);
    observe(TWO, TaskStatus.RUNNING);
    eventuallySent(2);
    producer.completeNext();
    eventuallySent(3);
    assertThat(statuses(ONE)).containsExactly(TaskStatus.PENDING, TaskStatus.STOPPED);
    assertThat(statuses(TWO)).containsExactly(TaskStatus.RUNNING);
  }

  @Test
  void aReportThatFailedIsSentAgainUnlessThereIsANewerOne() throws Exception {
    observe(ONE, TaskStatus.PENDING);
    eventuallySent(1);
    producer.errorNext(new KafkaException("no"));
    eventuallySent(2);
    observe(ONE, TaskStatus.RUNNING);
    producer.errorNext(new KafkaException("no"));
    eventuallySent(3);
    assertThat(statuses(ONE))
        .containsExactly(TaskStatus.PENDING, TaskStatus.PENDING, TaskStatus.RUNNING);
  }

  /** Its inventory is all that tells what was reported before it under its incarnation. */
  @Test
  void aRegistrationThatWaitsIsWrittenWhenItIsSent() throws Exception {
    reports.register(RUNNER, () -> registration("i"));
    eventuallySent(1);
    reports.register(RUNNER, () -> registration("ii"));
    status = TaskStatus.STOPPED;
    observe(ONE, TaskStatus.STOPPED);
    eventuallySent(2);
    producer.completeNext();
    eventuallySent(3);
    assertThat(registrations()).containsExactly("i RUNNING", "ii STOPPED");
  }

  @Test
  void aRegistrationThatFailedIsWrittenAnew() throws Exception {
    reports.register(RUNNER, () -> registration("i"));
    eventuallySent(1);
    status = TaskStatus.STOPPED;
    observe(ONE, TaskStatus.STOPPED);
    eventuallySent(2);
    producer.errorNext(new KafkaException("no"));
    eventuallySent(3);
    assertThat(registrations()).containsExactly("i RUNNING", "i STOPPED");
  }

  private Report.RunnerRegistered registration(String incarnation) {
    return new Report.RunnerRegistered(
        Tasks.CLUSTER,
        RUNNER,
        incarnation,
        new HostResources("h", 1024, 1024, List.of(), Map.of(), "1", "1", false),
        List.of(observation(ONE, status)));
  }

  private List<String> registrations() throws UnreadableMessageException {
    List<String> told = new ArrayList<>();
    for (var record : producer.history()) {
      if (Codec.decode(record.value(), Report.class) instanceof Report.RunnerRegistered come) {
        told.add(come.incarnation() + " " + come.inventory().getFirst().lastStatus());
      }
    }
    return told;
  }

  @Test
  void whoeverSentABeatIsToldOnceItHasArrived() {
    AtomicInteger arrived = new AtomicInteger();
    reports.send(
        new Report.RunnerBeat(Tasks.CLUSTER, RUNNER, "i", 1), null, arrived::incrementAndGet);
    eventuallySent(1);
    producer.errorNext(new KafkaException("no"));
    eventuallySent(2);
    assertThat(arrived).hasValue(0);
    producer.completeNext();
    assertThat(arrived).hasValue(1);
  }

  @Test
  void recordsAreKeyedByClusterAndCarryTheTrace() throws Exception {
    observe(ONE, TaskStatus.RUNNING);
    eventuallySent(1);
    var record = producer.history().getFirst();
    assertThat(record.topic()).isEqualTo(Topics.REPORTS);
    assertThat(record.key()).isEqualTo("default".getBytes(StandardCharsets.UTF_8));
    assertThat(record.headers().lastHeader(Topics.TRACEPARENT).value())
        .isEqualTo("trace".getBytes(StandardCharsets.UTF_8));
    assertThat(reports.flush(Duration.ofMillis(1))).isFalse();
    producer.completeNext();
    assertThat(reports.flush(Duration.ofSeconds(5))).isTrue();
  }
}
