package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.longshore.api.inbound.Shape;
import io.longshore.api.testing.Conformance;
import io.longshore.api.testing.Coverage;
import io.longshore.api.testing.EcsModel;
import io.longshore.api.testing.Samples;
import io.longshore.api.testing.TestDatabase;
import io.longshore.api.testing.Things;
import io.longshore.api.testing.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests made from the model: every member of every operation, as it should be and as it should
 * not. Every answer has to be one that the model allows.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@SuppressWarnings("NullAway.Init")
class WireTest {
  private static final int AT_ONCE = 4;

  @TestHTTPResource("/")
  URI endpoint;

  private final Coverage coverage = Coverage.read();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();

  // Ends a hang, and says nothing of speed: thousands of calls took 36 s alone, and over 60 s
  // twice.
  @Test
  @Timeout(240)
  void everyAnswerIsOneOfTheModel() {
    Wire wire = new Wire(endpoint);
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      coverage
          .operations()
          .values()
          .forEach(operation ->
              threads.execute(() -> {
                try {
                  attack(wire, operation);
                } catch (RuntimeException | AssertionError e) {
                  wrong.add(operation.name() + ": " + e);
                }
              }));
    }
    assertThat(wrong).isEmpty();
    assertThat(calls).hasValueGreaterThan(1000);
  }

  private void attack(Wire wire, Coverage.Operation operation) {
    Samples samples = new Samples(operation, Things.of(wire, operation.name()));
    call(wire, operation, samples.least(), "");
    call(wire, operation, samples.everything(), null);
    EcsModel.members(operation.name())
        .forEach((path, shape) -> {
          call(wire, operation, samples.with(path), null);
          for (JsonNode value : Samples.ofAnotherType(shape)) {
            call(wire, operation, samples.with(path, value), "SerializationException");
          }
          for (JsonNode value : Samples.extremes(shape)) {
            call(wire, operation, samples.with(path, value), null);
          }
          if (shape instanceof Shape.Text text && !text.allowed().isEmpty()) {
            JsonNode unknown = JsonNodeFactory.instance.textNode("NO_SUCH_VALUE");
            call(wire, operation, samples.with(path, unknown), "InvalidParameterException");
          }
        });
  }

  /**
   * @param expected the error; empty for none, null where it may be accepted or refused
   */
  private void call(
      Wire wire, Coverage.Operation operation, JsonNode request, @Nullable String expected) {
    calls.incrementAndGet();
    Wire.Answer answer = wire.call(operation.name(), request);
    String complaint = complaint(operation.name(), answer, expected);
    if (complaint != null) {
      String text = request.toString();
      wrong.add(
          "%s %s: %s"
              .formatted(
                  operation.name(),
                  text.length() < 500 ? text : text.substring(0, 500) + "…",
                  complaint));
    }
  }

  private static @Nullable String complaint(
      String operation, Wire.Answer answer, @Nullable String expected) {
    if (answer.status() >= 500) {
      return "status %d: %s".formatted(answer.status(), answer.body());
    }
    if (expected != null && !expected.equals(answer.error())) {
      return "'%s' was expected, not %s".formatted(expected, answer.body());
    }
    if (!answer.accepted()) {
      return EcsModel.errors(operation).contains(answer.error())
          ? null
          : "not an error of this operation: " + answer.body();
    }
    try {
      Conformance.check(answer.body(), EcsModel.response(operation), operation);
      return null;
    } catch (AssertionError e) {
      return e.getMessage();
    }
  }
}
