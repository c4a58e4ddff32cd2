package io.longshore.balancer.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class AccessLogTest {
  private static AccessLog.Entry entry(double target, double total, String request) {
    return new AccessLog.Entry(
        "http",
        Instant.EPOCH,
        "arn:listener",
        "10.0.0.1:5",
        "",
        "web",
        target,
        total,
        200,
        1,
        3,
        4,
        request,
        "a",
        "agent",
        "Root=1");
  }

  @Test
  void aLineHasTheFieldsInTheirOrder() {
    assertThat(entry(0.0123456, 12.5, "GET / HTTP/1.1").line())
        .isEqualTo(
            "http 1970-01-01T00:00:00Z arn:listener 10.0.0.1:5 - web 0.012346 12.500000 200 1 3 4"
                + " \"GET / HTTP/1.1\" \"a\" \"agent\" \"Root=1\"");
  }

  @Test
  void secondsHaveSixPlacesAndMinusOneIsNone() {
    assertThat(entry(-1, 0.0000004, "").line()).contains(" -1.000000 0.000000 200 ");
    assertThat(entry(0.9999999, 61.00001, "").line()).contains(" 1.000000 61.000010 200 ");
  }

  @Test
  void whatAClientSentIsCutAndCleaned() {
    assertThat(entry(-1, 0, "GET /\"\n\u0085" + "x".repeat(2_000)).line())
        .contains("\"GET /???xxx")
        .contains("xxx…\" \"a\"")
        .hasSizeLessThan(1_300);
  }
}
