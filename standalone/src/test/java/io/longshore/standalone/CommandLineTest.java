package io.longshore.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line says to people, up to where it would start something. */
class CommandLineTest {
  @TempDir Path data;

  private record Outcome(int code, String output, String errors) {}

  @Test
  void helpNamesTheCommands() {
    Outcome outcome = run("--help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).contains("up", "down", "status", "demo");
  }

  @Test
  void withoutACommandItAsksForOne() {
    Outcome outcome = run();

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.errors()).startsWith("Say what to do: up, down, status or demo.");
  }

  @Test
  void aPortInUseIsRefusedInOneSentence() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(other.getLocalPort());

      Outcome outcome = run("up", "--port", port, "--data", data.toString());

      assertThat(outcome)
          .isEqualTo(
              new Outcome(
                  1,
                  "",
                  "Port %s of 127.0.0.1 is in use; choose another with --port.\n".formatted(port)));
    }
  }

  @Test
  void aSecondOneOnTheSameDataIsRefusedInOneSentence() throws Exception {
    Instance.ofThisProcess(7, URI.create("http://127.0.0.1:8080"), "docker", true).write(data);

    Outcome outcome = run("up", "--data", data.toString());

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.errors())
        .isEqualTo(
            "Longshore already runs on %s at http://127.0.0.1:8080 (process %d).\n"
                .formatted(data, ProcessHandle.current().pid()));
  }

  @Test
  void impossibleNumbersAreRefused() {
    assertThat(run("up", "--port", "70000").code()).isEqualTo(2);
    assertThat(run("up", "--runners", "0").code()).isEqualTo(2);
    assertThat(run("up", "--driver", "podman").code()).isEqualTo(2);
  }

  @Test
  void statusAndDownOfNothingSaySo() {
    assertThat(run("status", "--data", data.toString()))
        .isEqualTo(new Outcome(1, "Nothing runs on %s.\n".formatted(data), ""));
    assertThat(run("down", "--data", data.toString()))
        .isEqualTo(new Outcome(0, "Nothing runs on %s.\n".formatted(data), ""));
  }

  private static Outcome run(String... arguments) {
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    int code =
        Longshore.run(new PrintWriter(output, true), new PrintWriter(errors, true), arguments);
    return new Outcome(code, output.toString(), errors.toString());
  }
}
