package io.longshore.messages.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cluster query language, by the examples of the developer guide and by chance. */
class QueryTest {
  private static final Map<String, String> ATTRIBUTES =
      Map.of(
          "ecs.availability-zone", "us-east-1a",
          "ecs.instance-type", "t2.small",
          "stack", "prod",
          "cores", "12");

  private static final Facts INSTANCE =
      subject ->
          switch (subject) {
            case Subject.Attribute(String name) ->
                ATTRIBUTES.containsKey(name)
                    ? List.of(String.valueOf(ATTRIBUTES.get(name)))
                    : List.of();
            case Subject.TaskGroup group -> List.of("service:production", "family:jobs");
            case Subject.Field field -> field(field);
          };

  private static Collection<String> field(Subject.Field field) {
    return List.of(
        switch (field) {
          case AGENT_CONNECTED -> "true";
          case AGENT_VERSION -> "1.10.0";
          case EC2_INSTANCE_ID -> "i-abcd1234";
          case REGISTERED_AT -> "2018-06-18T22:28:28Z";
          case STATUS -> "ACTIVE";
          case RUNNING_TASKS_COUNT -> "2";
          case PENDING_TASKS_COUNT -> "0";
          case REGISTERED_CPU, REGISTERED_MEMORY -> "4096";
          case REMAINING_CPU -> "1024";
          case REMAINING_MEMORY -> "512";
        });
  }

  private static boolean selects(String expression) throws InvalidQueryException {
    return Query.parse(expression).selects(INSTANCE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "attribute:stack==prod",
        "attribute:stack == 'prod'",
        "attribute:ecs.instance-type =~ t2.*",
        "attribute:ecs.instance-type =~ (t2|m4)\\.(small|large)",
        "attribute:ecs.instance-type =~ t2.* and attribute:ecs.availability-zone != us-east-1d",
        "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
        "attribute:ecs.availability-zone !in [us-east-1c]",
        "attribute:ecs.availability-zone not_in ['us-east-1c','us-east-1d']",
        "attribute:absent !exists",
        "attribute:absent not_exists && attribute:stack exists",
        "attribute:absent != x",
        "attribute:cores > 9",
        "attribute:cores less_than_equal 12",
        "task:group == service:production",
        "task:group != service:other",
        "not(task:group == database)",
        "!(runningTasksCount == 1)",
        "runningTasksCount >= 2",
        "agentConnected == true",
        "agentVersion > 1.9.1",
        "agentVersion equals 1.10",
        "ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']",
        "registeredAt >= 2018-06-18T22:28:28+00:00",
        "registeredAt < '2018-06-19'",
        "registeredAt >= 2018-06-18",
        "remainingCpu >= 1024 and remainingMemory < 1024 and status == ACTIVE",
        "(attribute:stack == test or attribute:stack == prod) and attribute:cores greater_than 1",
        "attribute:stack == test or attribute:stack == prod and attribute:cores > 1",
        "attribute:stack matches ^pr[a-z]{2}$ and attribute:stack not_matches x",
        "  attribute:stack  ==\tprod  "
      })
  void selected(String expression) throws InvalidQueryException {
    assertThat(selects(expression)).isTrue();
    assertThat(selects("not (" + expression + ")")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "attribute:stack == Prod",
        "attribute:absent == x",
        "attribute:absent > 1",
        "attribute:ecs.instance-type =~ t2",
        "task:group != service:production",
        "attribute:stack == prod and attribute:absent exists",
        "agentVersion < 1.9.1"
      })
  void notSelected(String expression) throws InvalidQueryException {
    assertThat(selects(expression)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          ``~1~a subject
          color == red~1~no subject of that name
          attribute: == red~1~no subject of that name
          attribute:a~12~an operator
          attribute:a is b~13~an operator
          attribute:a ==~15~an argument
          attribute:a == 'b~16~not closed
          attribute:a == b c~18~'and', 'or' or the end
          (attribute:a == b~18~')' is expected
          attribute:a == b)~17~'and', 'or' or the end
          attribute:a in b~16~a list
          attribute:a in [b~18~',' or ']'
          runningTasksCount > many~21~a number
          registeredAt > yesterday~16~a time
          agentConnected == yes~19~true or false
          attribute:a == b and~21~a subject
          """)
  void errorsNameThePosition(String expression, int position, String problem) {
    assertThatThrownBy(() -> Query.parse(expression))
        .isInstanceOfSatisfying(
            InvalidQueryException.class,
            e -> assertThat(e.position()).as(e.text()).isEqualTo(position))
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a)\\1",
        "(?=a)a",
        "(?<name>a)",
        "a**?",
        "[a",
        "a)",
        "(a",
        "a{5,2}",
        "a{1001}",
        "(a{1000}){1000}",
        "(((((){1000}){1000}){1000}){1000}){1000}",
        "\\pL",
        "a\\",
        "*a",
        "a^b",
        "[a&&b]"
      })
  void patternsThatCannotBeMatchedInLinearTimeAreRefused(String pattern) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThatThrownBy(() -> LinearPattern.compile(pattern, 0))
                .isInstanceOf(InvalidQueryException.class));
  }

  @Test
  void patternsThatExplodeElsewhereAreMatchedAtOnce() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          String text = "a".repeat(2000) + "b";
          assertThat(LinearPattern.compile("(a*)*", 0).matches(text)).isFalse();
          assertThat(LinearPattern.compile("(a|aa)+", 0).matches(text)).isFalse();
          assertThat(LinearPattern.compile("(a|a?){30}b", 0).matches(text)).isFalse();
        });
  }

  @Test
  void whatIsMatchedIsWhatJavaMatches() throws Exception {
    Random random = new Random(1);
    String[] parts = {
      "a", "b", ".", "[ab]", "[^a]", "\\w", "(a|b)", "(?:ab)", "a?", "b*", "a+", "b{1,2}", "(a|)",
      "|"
    };
    for (int round = 0; round < 3000; round++) {
      StringBuilder pattern = new StringBuilder();
      for (int i = random.nextInt(5); i >= 0; i--) {
        pattern.append(parts[random.nextInt(parts.length)]);
      }
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(5); i > 0; i--) {
        text.append("abc".charAt(random.nextInt(3)));
      }
      assertThat(LinearPattern.compile(pattern.toString(), 0).matches(text.toString()))
          .as("%s on %s", pattern, text)
          .isEqualTo(Pattern.matches(pattern.toString(), text));
    }
  }

  @Test
  void anyTextIsAnExpressionOrAnErrorWithAPosition() {
    String[] parts = {
      "attribute:a",
      "task:group",
      "runningTasksCount",
      "registeredAt",
      "==",
      "!=",
      ">",
      "=~",
      "!~",
      "in",
      "!in",
      "exists",
      "!exists",
      "[",
      "]",
      "(",
      ")",
      ",",
      "and",
      "or",
      "not",
      "&&",
      "||",
      "!",
      " ",
      "'",
      "\"",
      "\\",
      "x",
      "1",
      ".*",
      "{2}",
      "+",
      "\u0000",
      "é",
      "😀",
      "\ud800",
      "2018-06-18",
      "agentConnected",
      "true"
    };
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          for (long seed = 0; seed < 60_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
              text.append(parts[random.nextInt(parts.length)]);
              text.append(random.nextBoolean() ? " " : "");
            }
            try {
              Query query = Query.parse(text.toString());
              assertThat(query.selects(INSTANCE)).isIn(true, false);
            } catch (InvalidQueryException e) {
              assertThat(e.position()).as("%s", text).isBetween(1, text.length() + 1);
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "!",
        "not ",
        "attribute:a == b and ",
        "attribute:a =~ ((((",
        "'",
        "attribute:a in ["
      })
  void longTextIsReadInBoundedTimeAndDepth(String part) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          for (int times : new int[] {50, 1000, 100_000}) {
            assertThatThrownBy(() -> Query.parse(part.repeat(times)))
                .isInstanceOf(InvalidQueryException.class);
          }
        });
  }
}
