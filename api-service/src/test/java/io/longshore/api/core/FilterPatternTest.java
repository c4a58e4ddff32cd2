package io.longshore.api.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterPatternTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``| anything| true",
        "ERROR| [ERROR 400] no| true",
        "ERROR| [error 400] no| false",
        "ERROR 400| [ERROR 400] no| true",
        "ERROR 500| [ERROR 400] no| false",
        "\"ERROR 400\"| [ERROR 400] no| true",
        "\"no ERROR\"| [ERROR 400] no| false",
        "\"a \\\"b\\\"\"| say a \"b\"| true",
        "ERROR -\"400\"| [ERROR 400] no| false",
        "ERROR -timeout| [ERROR 400] no| true",
        "?ERROR ?WARN| WARN: x| true",
        "?ERROR ?WARN| INFO: x| false",
        "größe_1| die größe_1 zählt| true",
      })
  void aLineHasWhatItSays(String pattern, String line, boolean matches) {
    assertThat(FilterPattern.parse(pattern).matches(line)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{ $.level = \"ERROR\" }", "[a, b]", "%ERR.*%", "\"open", "a\"b\"", "a-b", "- x"})
  void whatIsNoPatternOfTheseKindsIsRefused(String pattern) {
    assertThatThrownBy(() -> FilterPattern.parse(pattern))
        .isInstanceOfSatisfying(
            EcsException.class, e -> assertThat(e.type()).isEqualTo("InvalidParameterException"));
  }

  @Test
  void positionsOfOutputAreReadAsTheyAreWritten() {
    OutputPosition position =
        OutputPosition.BEGINNING.after("web", 1767323045678901234L).after("side-car", 7);
    assertThat(position.text()).isEqualTo("side-car:7.web:1767323045678901234");
    assertThat(OutputPosition.parse(position.text())).isEqualTo(position);
    assertThat(position.of("web")).isEqualTo(1767323045678901234L);
    assertThat(position.of("other")).isZero();
    for (String wrong :
        new String[] {"", "web", "web:", "web:1.", "web:99999999999999999999", "a b:1"}) {
      assertThat(OutputPosition.parse(wrong)).as(wrong).isNull();
    }
  }
}
