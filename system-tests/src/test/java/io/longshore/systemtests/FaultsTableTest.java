package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of faults names tests that are there, and leaves no row out. */
class FaultsTableTest {
  private static final Path DOCUMENT = Built.ROOT.resolve("docs").resolve("faults.md");
  private static final Pattern ROW =
      Pattern.compile("^\\| ([BC]\\d+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$");
  private static final Pattern LINK = Pattern.compile("\\[(\\w+)\\.(\\w+)\\]\\(([^)#]+)\\)");

  private record Row(String id, String shown) {}

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher matcher = ROW.matcher(line);
      if (matcher.matches()) {
        rows.add(new Row(matcher.group(1), matcher.group(4).strip()));
      } else {
        assertThat(line).as("a row has four cells").doesNotContainPattern("^\\| [BC]\\d");
      }
    }
    return rows;
  }

  private static Stream<String> numbers(String letter, int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(number -> letter + number);
  }

  @Test
  void everyNumberHasOneRow() throws IOException {
    List<String> ids =
        Stream.of(
                numbers("B", 1, 14),
                numbers("B", 20, 28),
                numbers("B", 40, 58),
                numbers("B", 60, 78),
                numbers("C", 1, 20))
            .flatMap(each -> each)
            .toList();
    assertThat(rows()).extracting(Row::id).containsExactlyElementsOf(ids);
  }

  @Test
  void everyRowNamesATestOrSaysWhyThereIsNone() throws IOException {
    for (Row row : rows()) {
      List<MatchResult> links = LINK.matcher(row.shown()).results().toList();
      switch (row.shown().split("[: ]", 2)[0]) {
        case "half", "open" ->
            // What is missing, or what happens, follows the tests.
            assertThat(LINK.matcher(row.shown()).replaceAll("").replaceAll("[^\\w]", ""))
                .as(row.id())
                .hasSizeGreaterThan(20);
        case "not" ->
            assertThat(row.shown()).as(row.id()).startsWith("not shown: ").hasSizeGreaterThan(30);
        default -> assertThat(links).as(row.id()).isNotEmpty();
      }
      if (row.shown().startsWith("half")) {
        assertThat(links).as(row.id()).isNotEmpty();
      }
    }
  }

  @Test
  void whatIsNamedIsThere() throws IOException {
    int named = 0;
    for (Row row : rows()) {
      for (MatchResult link : LINK.matcher(row.shown()).results().toList()) {
        Path file = DOCUMENT.resolveSibling(link.group(3)).normalize();
        assertThat(file).as(row.id()).isRegularFile().hasFileName(link.group(1) + ".java");
        assertThat(Files.readString(file))
            .as(row.id() + " " + link.group())
            .containsPattern("(?m)(void " + link.group(2) + "\\(|^ +" + link.group(2) + ",?$)");
        named++;
      }
      // Every link has the form that is looked at.
      assertThat(row.shown().split("\\]\\(", -1).length - 1)
          .as(row.id())
          .isEqualTo((int) LINK.matcher(row.shown()).results().count());
    }
    assertThat(named).isGreaterThan(100);
  }

  @Test
  void theSummaryCountsTheRows() throws IOException {
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (Row row : rows()) {
      String word = row.shown().split("[: ]", 2)[0];
      counts.merge(List.of("half", "open", "not").contains(word) ? word : "shown", 1, Integer::sum);
    }
    assertThat(Files.readString(DOCUMENT))
        .contains(
            "%d rows: %d shown, %d half, %d open, %d not shown."
                .formatted(
                    rows().size(),
                    counts.getOrDefault("shown", 0),
                    counts.getOrDefault("half", 0),
                    counts.getOrDefault("open", 0),
                    counts.getOrDefault("not", 0)));
  }
}
