package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.longshore.api.inbound.Operations;
import io.longshore.api.testing.Coverage;
import io.longshore.api.testing.EcsModel;
import io.longshore.api.testing.FakeScheduler;
import io.longshore.api.testing.Readback;
import io.longshore.api.testing.Samples;
import io.longshore.api.testing.TestDatabase;
import io.longshore.api.testing.Things;
import io.longshore.api.testing.Trees;
import io.longshore.api.testing.Wire;
import io.longshore.messages.Codec;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code ecs-coverage.txt} against the model of ECS and against what the api does, and the
 * committed document against both.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@SuppressWarnings("NullAway.Init")
class CoverageTest {
  private static final Path DOCUMENT = Path.of("../docs/ecs-coverage.md");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestHTTPResource("/")
  URI endpoint;

  @Inject Operations operations;

  @Inject FakeScheduler scheduler;

  private final Coverage coverage = Coverage.read();
  private final List<String> wrong = new ArrayList<>();
  private Wire wire;

  @BeforeEach
  void open() {
    wire = new Wire(endpoint);
  }

  @Test
  void everyMemberOfTheModelIsInTheTable() {
    assertThat(coverage.disagreements(operations.names())).isEmpty();
  }

  @Test
  void theDocumentIsWhatTheTableSays() throws IOException {
    String document = coverage.document();
    if (Boolean.getBoolean("longshore.docs.write")) {
      Files.writeString(DOCUMENT, document);
    }
    assertThat(Files.readString(DOCUMENT))
        .as("docs/ecs-coverage.md; run this test with -Dlongshore.docs.write=true to write it")
        .isEqualTo(document);
  }

  @Test
  void membersBecomeWhatTheTableSays() throws IOException {
    for (Coverage.Operation operation : coverage.operations().values()) {
      Samples samples = new Samples(operation, Things.of(wire, operation.name()));
      for (Coverage.Member member : operation.members()) {
        JsonNode request = samples.with(member);
        String complaint =
            switch (member.kind()) {
              case EFFECTIVE -> effective(operation.name(), samples.least(), request);
              case ECHOED -> echoed(operation.name(), member, request);
              case REFUSED -> refused(operation.name(), request);
              case IGNORED -> accepted(wire.call(operation.name(), request));
            };
        if (complaint != null) {
          wrong.add(operation.name() + "." + member.path() + ": " + complaint);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyOtherOperationIsRefusedAsTheTableSays() {
    coverage
        .refusals()
        .forEach((operation, refusal) -> {
          Wire.Answer answer = wire.call(operation, JSON.createObjectNode());
          assertThat(answer.status()).as(operation).isEqualTo(400);
          assertThat(answer.error()).as(operation).isEqualTo(refusal.error());
          assertThat(EcsModel.errors(operation)).as(operation).contains(refusal.error());
        });
  }

  private static @Nullable String accepted(Wire.Answer answer) {
    return answer.accepted() ? null : "it is not accepted: " + answer.body();
  }

  /** What is asked of the scheduler must change by more than what is only shown again. */
  private @Nullable String effective(String operation, JsonNode least, JsonNode request)
      throws IOException {
    int before = scheduler.commandCount();
    String complaint = accepted(wire.call(operation, request));
    if (complaint != null || scheduler.commandCount() == before) {
      return complaint;
    }
    String told = told();
    complaint = accepted(wire.call(operation, least));
    if (complaint != null
        || Things.withoutNewNames(least.toString())
            .equals(Things.withoutNewNames(request.toString()))) {
      return complaint;
    }
    return told.equals(told()) ? "the scheduler is told nothing of it" : null;
  }

  private String told() throws IOException {
    ObjectNode command = (ObjectNode) JSON.readTree(Codec.encodeText(scheduler.lastCommand()));
    command.remove("document");
    return Things.withoutNewNames(scheduler.lastToken() + " " + command);
  }

  private @Nullable String refused(String operation, JsonNode request) {
    Wire.Answer answer = wire.call(operation, request);
    if (answer.accepted()) {
      return "it is accepted";
    }
    return EcsModel.errors(operation).contains(answer.error())
        ? null
        : "it ends in an error that is not of the model: " + answer.body();
  }

  private @Nullable String echoed(String operation, Coverage.Member member, JsonNode request) {
    Wire.Answer answer = wire.call(operation, request);
    if (!answer.accepted()) {
      return accepted(answer);
    }
    JsonNode described = Readback.of(wire, answer.body());
    if (described == null) {
      return "nothing of the answer can be described: " + answer.body();
    }
    JsonNode sent = Trees.at(request, member.path()).getFirst();
    return Trees.at(described, member.shownAs()).stream()
            .anyMatch(shown -> Trees.contains(shown, sent))
        ? null
        : "%s is not shown in %s".formatted(sent, described);
  }
}
