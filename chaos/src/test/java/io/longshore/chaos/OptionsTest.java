package io.longshore.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private static final Path ROOT = Path.of("/somewhere");

  private static Options parse(String... arguments) {
    return Options.parse(arguments, ROOT);
  }

  @Test
  void withoutAnyItTakesFiveMinutesAndThreeRunners() {
    Options options = parse();

    assertThat(options.faults()).isEqualTo(Duration.ofMinutes(5));
    assertThat(options.runners()).isEqualTo(3);
    assertThat(options.schedulers()).isEqualTo(2);
    assertThat(options.driver()).isNull();
  }

  @Test
  void everythingCanBeSaid() {
    Options options =
        parse(
            "--minutes",
            "1.5",
            "--seed",
            "42",
            "--schedulers",
            "3",
            "--apis",
            "1",
            "--runners",
            "2",
            "--driver",
            "simulated",
            "--patience",
            "10",
            "--quiet",
            "5",
            "--folder",
            "here");

    assertThat(options)
        .isEqualTo(
            new Options(
                Duration.ofSeconds(90),
                42,
                3,
                1,
                2,
                "simulated",
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Path.of("here"),
                ROOT));
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> parse("--wrong", "1")).hasMessage("There is no option --wrong");
    assertThatThrownBy(() -> parse("--minutes")).hasMessage("Each option has a value.");
    assertThatThrownBy(() -> parse("--driver", "boat")).hasMessage("There is no driver boat");
    assertThatThrownBy(() -> parse("--runners", "0"))
        .hasMessage("Of each service there are 1 to 9.");
  }
}
