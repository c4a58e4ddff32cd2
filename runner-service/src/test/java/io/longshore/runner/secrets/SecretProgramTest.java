package io.longshore.runner.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.SecretReference;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretProgramTest {
  private static final String ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db";

  /** The script has the reference as {@code $1}. */
  private static String fetch(String script, String reference) throws ProvisionException {
    return new SecretProgram(List.of("/bin/sh", "-c", script, "sh"), Duration.ofSeconds(20))
        .fetch(SecretReference.parse(reference));
  }

  @Test
  void itIsGivenTheReferenceAndSaysTheValue() throws Exception {
    assertThat(fetch("echo value of \"$1\"", "/shop/db")).isEqualTo("value of /shop/db");
    assertThat(fetch("echo \"$1\"", ARN + ":key::")).isEqualTo(ARN);
    assertThat(fetch("echo \"$1\"", ARN + ":key:AWSPREVIOUS:")).isEqualTo(ARN + "::AWSPREVIOUS:");
  }

  @Test
  void noShellReadsTheReference() throws Exception {
    SecretProgram echo = new SecretProgram(List.of("/bin/echo", "-n"), Duration.ofSeconds(20));
    assertThat(echo.fetch(SecretReference.parse("a.b"))).isEqualTo("a.b");
  }

  @Test
  void itsFailuresMayPassAndSayNothingOfWhatItSaid() {
    record Case(String script, String words, boolean passing) {}
    for (Case one :
        List.of(
            new Case("echo hunter2; echo hunter2 >&2; exit 3", "ended with exit code 3", true),
            new Case("true", "its value is empty", false),
            new Case("yes hunter2", "more than 65536 bytes", false))) {
      assertThatThrownBy(() -> fetch(one.script(), "any"))
          .isInstanceOfSatisfying(
              ProvisionException.class,
              e -> {
                assertThat(e.words()).contains(one.words()).doesNotContain("hunter2");
                assertThat(e.isPassing()).isEqualTo(one.passing());
              });
    }
    assertThatThrownBy(() ->
            new SecretProgram(List.of("/no/such/program"), Duration.ofSeconds(1))
                .fetch(SecretReference.parse("any")))
        .hasMessageContaining("cannot be started");
  }

  @Test
  void itHasNotForEverEvenIfItsChildrenKeepItsOutputOpen() {
    for (String script :
        List.of("sleep 1000", "(sleep 60 &); echo x; sleep 5", "exec >&-; sleep 1000")) {
      SecretProgram slow =
          new SecretProgram(List.of("/bin/sh", "-c", script, "sh"), Duration.ofMillis(300));
      assertThatThrownBy(() -> slow.fetch(SecretReference.parse("any")))
          .as(script)
          .hasMessageContaining("did not answer within 300 ms");
    }
  }

  /** A runner's other work is done by virtual threads, which share as many threads as cores. */
  @Test
  void programsThatCannotBeReadToTheirEndKeepNobodyElseFromWorking() throws Exception {
    int many = 2 * Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < many; i++) {
      SecretProgram endless =
          new SecretProgram(
              List.of("/bin/sh", "-c", "(sleep 30 &); sleep 5", "sh"), Duration.ofMillis(100));
      assertThatThrownBy(() -> endless.fetch(SecretReference.parse("any")))
          .hasMessageContaining("did not answer");
    }
    Thread other = Thread.ofVirtual().start(() -> {});
    assertThat(other.join(Duration.ofSeconds(10))).as("another virtual thread has run").isTrue();
  }
}
