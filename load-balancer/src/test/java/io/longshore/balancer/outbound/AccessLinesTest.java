package io.longshore.balancer.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AccessLinesTest {
  private static String lines(AccessLog.Entry... entries) {
    AccessLines lines = new AccessLines();
    for (AccessLog.Entry entry : entries) {
      lines.add(entry);
    }
    return StandardCharsets.UTF_8.decode(lines.take()).toString();
  }

  private static JsonNode read(AccessLog.Entry entry) throws Exception {
    return new ObjectMapper().readTree(lines(entry));
  }

  @Test
  void aLineIsAnObjectWithAllThereIs() {
    Instant time = Instant.parse("2026-11-28T01:02:03.000456789Z");
    assertThat(lines(Entries.of(time, 12_345_600, 12_500_000_000L, "/x")))
        .isEqualTo(
            "{\"timestamp\":\"2026-11-28T01:02:03.000456Z\","
                + "\"loggerName\":\"io.longshore.balancer.access\",\"type\":\"http\","
                + "\"listener\":\"arn:listener\",\"client\":\"10.0.0.1:5\","
                + "\"target\":\"10.0.0.2:80\",\"group\":\"web\",\"targetSeconds\":0.012346,"
                + "\"seconds\":12.500000,\"status\":200,\"attempts\":1,\"received\":3,\"sent\":4,"
                + "\"request\":\"GET /x HTTP/1.1\",\"host\":\"a\",\"userAgent\":\"agent\","
                + "\"trace\":\"Root=1\"}\n");
  }

  @Test
  void whatThereIsNotIsLeftOut() {
    assertThat(lines(Entries.atLayer4(), Entries.refused("the head has no end")))
        .isEqualTo(
            "{\"timestamp\":\"1970-01-01T00:00:00.000000Z\","
                + "\"loggerName\":\"io.longshore.balancer.access\",\"type\":\"tcp\","
                + "\"listener\":\"arn:listener\",\"client\":\"[0:0:0:0:0:0:0:1]:5\","
                + "\"seconds\":0.000000,\"status\":0,\"attempts\":1,\"received\":3,\"sent\":4}\n"
                + "{\"timestamp\":\"1970-01-01T00:00:00.000000Z\","
                + "\"loggerName\":\"io.longshore.balancer.access\",\"type\":\"http\","
                + "\"listener\":\"arn:listener\",\"client\":\"10.0.0.1:5\",\"seconds\":0.000000,"
                + "\"status\":400,\"attempts\":0,\"received\":0,\"sent\":0,"
                + "\"refused\":\"the head has no end\"}\n");
  }

  @Test
  void eachEntryHasItsOwnTime() throws Exception {
    Instant first = Instant.parse("2026-11-28T23:59:59.999999999Z");
    String both = lines(Entries.of(first, -1, 0, "/"), Entries.of(first.plusNanos(1), -1, 0, "/"));
    assertThat(both.lines().map(line -> line.substring(14, 41)))
        .containsExactly("2026-11-28T23:59:59.999999Z", "2026-11-29T00:00:00.000000Z");
  }

  @Test
  void secondsAreRoundedToSixPlaces() throws Exception {
    Instant time = Instant.EPOCH;
    assertThat(lines(Entries.of(time, 999_999_600, 61_000_010_499L, "/")))
        .contains("\"targetSeconds\":1.000000,\"seconds\":61.000010,");
    assertThat(lines(Entries.of(time, 0, 400, "/")))
        .contains("\"targetSeconds\":0.000000,\"seconds\":0.000000,");
  }

  @Test
  void whatAClientSentIsCutAndCleaned() throws Exception {
    JsonNode cut = read(Entries.of("/\"\\\n\u0085\u007f\u00fc" + "x".repeat(2_000)));
    assertThat(cut.path("request").asText())
        .startsWith("GET /\"\\???\u00fcxxx")
        .endsWith("xxx... HTTP/1.1")
        .hasSizeLessThan(1_100);
    assertThat(cut.path("host").asText()).isEqualTo("a");
  }
}
