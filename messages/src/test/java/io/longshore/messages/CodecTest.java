package io.longshore.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodecTest {
  private static final ClusterName CLUSTER = new ClusterName("default");
  private static final RunnerId RUNNER = new RunnerId(Ids.derive("runner"));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``| the record has no value",
        "null| the record's value is null",
        "not json| not a Report: Unrecognized token 'not'",
        "{}| missing type id property 'type'",
        "{\"type\":\"RunnerExploded\"}| Could not resolve type id 'RunnerExploded'",
        "{\"type\":\"RunnerLeft\",\"cluster\":\"c\"}| not a Report: runner is missing",
        "{\"type\":\"RunnerLeft\",\"cluster\":\"a/b\"}| not a name of 1 to 255 letters",
        "{\"type\":\"RunnerLeft\"}{}| not a Report: ",
      })
  void whatIsNotAMessageIsRefusedWithAReason(String text, String reason) {
    assertThatThrownBy(() -> Codec.decode(bytes(text), Report.class))
        .isInstanceOf(UnreadableMessageException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aMissingMemberIsNamedWithItsPath() {
    String observation =
        """
        {"type":"TaskObserved","cluster":"c","runner":"%s","incarnation":"i","observation":
          {"task":"%s","lastStatus":"RUNNING","containers":[{"name":"app","networkBindings":[]}]}}
        """
            .formatted(RUNNER, Ids.derive("task"));
    assertThatThrownBy(() -> Codec.decode(bytes(observation), Report.class))
        .hasMessage("not a Report: observation.containers[0].lastStatus is missing");
  }

  @Test
  void whatNoDatabaseKeepsIsRefused() {
    assertThatThrownBy(() ->
            Codec.decode(bytes("{\"cluster\":\"a\\u0000\",\"active\":true}"), ClusterNotice.class))
        .isInstanceOf(UnreadableMessageException.class)
        .hasMessage("not a ClusterNotice: it contains a NUL or half of a surrogate pair");
    assertThat(Codec.hasUnstorable(bytes("{\"a\":\"\\\\u0000 \\u0001 \\\" u0000\"}"))).isFalse();
    assertThat(Codec.hasUnstorable(bytes("{\"a\":\"\\ud83d\\ude00 😀\"}"))).isFalse();
    for (String half : List.of("\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\ud83d\\\\ude00")) {
      assertThat(Codec.hasUnstorable(bytes("{\"a\":\"" + half + "\"}"))).as(half).isTrue();
    }
    assertThat(Codec.hasUnstorable(new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'}))
        .isTrue();
  }

  @Test
  void aReasonIsBoundedAndPrintable() {
    assertThatThrownBy(() -> Codec.decode(bytes("\u0000" + "x".repeat(100_000)), Report.class))
        .satisfies(e ->
            assertThat(e.getMessage()).hasSizeLessThan(350).doesNotContainPattern("\\p{Cntrl}"));
    assertThatThrownBy(() -> Codec.decode(bytes("[".repeat(100_000)), Report.class))
        .isInstanceOf(UnreadableMessageException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "-1000000000-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59.5Z, 1969-12-31T23:59:59.5Z",
    "9999-12-31T23:59:59Z, 9999-12-31T23:59:59Z",
    "+10000-01-01T00:00:00Z, 9999-12-31T23:59:59Z",
    "+1000000000-12-31T23:59:59Z, 9999-12-31T23:59:59Z"
  })
  void timesNobodyCanStoreAreBroughtWithinBounds(String told, String read)
      throws UnreadableMessageException {
    String observation =
        """
        {"type":"TaskObserved","cluster":"c","runner":"%s","incarnation":"i","observation":
          {"task":"%s","lastStatus":"RUNNING","containers":[],"startedAt":"%s"}}
        """
            .formatted(RUNNER, Ids.derive("task"), told);
    assertThat(Codec.decode(bytes(observation), Report.class))
        .isInstanceOfSatisfying(
            Report.TaskObserved.class,
            report -> assertThat(report.observation().startedAt()).isEqualTo(read));
  }

  @Test
  void membersOfALaterVersionAreIgnored() throws UnreadableMessageException {
    Report.RunnerLeft left = new Report.RunnerLeft(CLUSTER, RUNNER, "i");
    String later = Codec.encodeText(left).replaceFirst("\\{", "{\"mood\":{\"a\":[1]},");
    assertThat(Codec.decode(bytes(later), Report.class)).isEqualTo(left);
  }

  @Test
  void documentsAreCarriedAsTheyAre() throws UnreadableMessageException {
    Command.CreateCluster command =
        new Command.CreateCluster(
            CLUSTER,
            new Json("{\"settings\":[{\"name\":\"a\",\"value\":\"b\"}]}"),
            Map.of("k", "v"));
    assertThat(Codec.encodeText(command))
        .contains("\"document\":{\"settings\":[{\"name\":\"a\",\"value\":\"b\"}]}");
    assertThat(Codec.decode(Codec.encode(command), Command.class)).isEqualTo(command);
  }

  @Test
  void partitionsAreKafkas() {
    // Kafka's own default partitioner, for keys as they are used here.
    for (String key : List.of("default", "task-definition/web", RUNNER.value())) {
      assertThat(Partitions.of(key, 16))
          .isEqualTo(
              org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey(
                  bytes(key), 16));
    }
  }
}
