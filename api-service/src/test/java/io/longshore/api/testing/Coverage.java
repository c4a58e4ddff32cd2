package io.longshore.api.testing;

import io.longshore.api.inbound.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is said of each operation and each member of its request: the table {@code
 * ecs-coverage.txt}, read. The head of that file explains it.
 */
public record Coverage(
    SortedMap<String, Operation> operations, SortedMap<String, Refusal> refusals) {
  private static final String FILE = "/ecs-coverage.txt";
  private static final Pattern HEADING = Pattern.compile("(\\w+)\\s+(\\{.*})");
  private static final Pattern REFUSAL = Pattern.compile("(\\w+)\\s+refused=(\\w+)\\s+# (.+)");
  private static final Pattern MEMBER =
      Pattern.compile(
          "\\s+([\\w.]+)(?:=(\\S+))?\\s+(effective|echoed|refused|ignored)(?:=(\\S+))?(.*)");

  /**
   * An operation that is answered.
   *
   * @param request the least that is accepted, JSON with names of {@link Things}
   */
  public record Operation(String name, String request, List<Member> members) {
    /** What is said of a member; null when it is said of the members in it or around it. */
    public @Nullable Member member(String path) {
      return members.stream()
          .filter(member -> member.value() == null && member.path().equals(path))
          .findFirst()
          .orElse(null);
    }

    /** The paths around a member, or itself, that are in the table. */
    private List<String> sayingOf(String path) {
      return members.stream()
          .filter(member -> member.value() == null)
          .map(Member::path)
          .filter(said -> path.equals(said) || path.startsWith(said + "."))
          .toList();
    }

    private boolean saysInside(String path) {
      return members.stream().anyMatch(member -> member.path().startsWith(path + "."));
    }

    private String summary() {
      Map<Kind, Long> counts =
          members.stream().collect(Collectors.groupingBy(Member::kind, Collectors.counting()));
      String numbers =
          Arrays.stream(Kind.values())
              .map(kind -> " | " + counts.getOrDefault(kind, 0L))
              .collect(Collectors.joining());
      return "| [%s](#%s) | %d%s |\n"
          .formatted(name, name.toLowerCase(Locale.ROOT), members.size(), numbers);
    }

    private String section() {
      StringBuilder text = new StringBuilder("\n## %s\n\n".formatted(name));
      if (members.isEmpty()) {
        return text.append("It has no members.\n").toString();
      }
      text.append("| member | here | |\n|---|---|---|\n");
      for (Member member : members) {
        text.append(
            "| `%s` | %s | %s |\n"
                .formatted(member.label(), member.kind().word(), member.remark()));
      }
      return text.toString();
    }
  }

  /**
   * A member.
   *
   * @param path outer members and this one, joined by dots
   * @param value set when this is said of one value of an enum only
   * @param shownAs where in the described resource an echoed member comes back
   * @param sample a valid value as JSON; null where the model alone makes one
   * @param note the reason, or what else is worth knowing; may be empty
   */
  public record Member(
      String path,
      @Nullable String value,
      Kind kind,
      String shownAs,
      @Nullable String sample,
      String note) {
    String label() {
      return value == null ? path : path + " = " + value;
    }

    private String remark() {
      String elsewhere = shownAs.equals(path) ? "" : "shown as `" + shownAs + "`";
      return note.isEmpty() || elsewhere.isEmpty() ? elsewhere + note : elsewhere + "; " + note;
    }
  }

  /** What every call of an operation ends in, and why. */
  public record Refusal(String error, String reason) {}

  /** What becomes of a member. */
  public enum Kind {
    EFFECTIVE,
    ECHOED,
    REFUSED,
    IGNORED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads the table. */
  public static Coverage read() {
    try (InputStream file = Coverage.class.getResourceAsStream(FILE)) {
      if (file == null) {
        throw new IllegalStateException("there is no " + FILE);
      }
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      Coverage coverage = new Coverage(new TreeMap<>(), new TreeMap<>());
      coverage.parse(text.lines().toList());
      return coverage;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void parse(List<String> lines) {
    Operation operation = null;
    for (String line : lines) {
      Matcher heading = HEADING.matcher(line);
      Matcher member = MEMBER.matcher(line);
      Matcher refusal = REFUSAL.matcher(line);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      } else if (refusal.matches()) {
        refusals.put(refusal.group(1), new Refusal(refusal.group(2), refusal.group(3)));
      } else if (heading.matches()) {
        operation = new Operation(heading.group(1), heading.group(2), new ArrayList<>());
        if (operations.put(operation.name(), operation) != null) {
          throw new IllegalStateException(FILE + " has " + operation.name() + " twice");
        }
      } else if (operation != null && member.matches()) {
        operation.members().add(member(member));
      } else {
        throw new IllegalStateException(FILE + " cannot be read at: " + line);
      }
    }
  }

  private static Member member(Matcher line) {
    String rest = line.group(5).strip();
    int hash = rest.startsWith("# ") ? 0 : rest.indexOf(" # ");
    String sample = hash < 0 ? rest : rest.substring(0, hash).strip();
    String note = hash < 0 ? "" : rest.substring(hash).replaceFirst("^ ?# ", "").strip();
    return new Member(
        line.group(1),
        line.group(2),
        Kind.valueOf(line.group(3).toUpperCase(Locale.ROOT)),
        line.group(4) == null ? line.group(1) : line.group(4),
        sample.isEmpty() ? null : sample,
        note);
  }

  /** Where the table and the model, or the operations that are answered, do not agree. */
  public List<String> disagreements(Set<String> answered) {
    List<String> found = new ArrayList<>();
    for (String name : answered) {
      if (!operations.containsKey(name)) {
        found.add(name + " is answered and not in the table");
      }
    }
    for (Operation operation : operations.values()) {
      if (!answered.contains(operation.name())) {
        found.add(operation.name() + " is in the table and not answered");
      } else {
        compare(operation, found);
      }
    }
    for (String name : EcsModel.operations()) {
      if (answered.contains(name) == refusals.containsKey(name)) {
        found.add(name + " is to be either answered or refused with a reason");
      }
    }
    return found;
  }

  private static void compare(Operation operation, List<String> found) {
    Map<String, Shape> known = EcsModel.members(operation.name());
    for (Member member : operation.members()) {
      String name = operation.name() + "." + member.label();
      Shape shape = known.get(member.path());
      if (shape == null) {
        found.add(name + " is in the table and not in the model");
      } else if (member.value() != null
          && !(EcsModel.item(shape) instanceof Shape.Text text
              && text.allowed().contains(member.value()))) {
        found.add(name + " is no value the model has");
      }
      if (member.kind() == Kind.IGNORED && member.note().isEmpty()) {
        found.add(name + " is ignored without a reason");
      }
    }
    for (String path : known.keySet()) {
      List<String> said = operation.sayingOf(path);
      if (said.size() > 1) {
        found.add(operation.name() + "." + path + " is said twice: " + said);
      } else if (said.isEmpty() && !operation.saysInside(path)) {
        found.add(operation.name() + "." + path + " is in the model and not in the table");
      }
    }
  }

  /** The document made from the table and the model. */
  public String document() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    Set<String> all = EcsModel.operations();
    text.append(
        "%d operations: %d are answered, %d refused.\n\n"
            .formatted(all.size(), operations.size(), all.size() - operations.size()));
    text.append("| operation | members | effective | echoed | refused | ignored |\n");
    text.append("|---|---|---|---|---|---|\n");
    operations.values().forEach(operation -> text.append(operation.summary()));
    text.append(REFUSED);
    refusals.forEach((name, refusal) ->
        text.append("| %s | `%s` | %s |\n".formatted(name, refusal.error(), refusal.reason())));
    operations.values().forEach(operation -> text.append(operation.section()));
    return text.toString();
  }

  private static final String INTRODUCTION =
      """
      # ECS, member by member

      Made by [CoverageTest](../api-service/src/test/java/io/longshore/api/CoverageTest.java) from the public model of ECS and
      [this table](../api-service/src/test/resources/ecs-coverage.txt). Do not edit it: change the table and run the test with
      `-Dlongshore.docs.write=true`.

      - **effective**: does what ECS says. The test sees that the scheduler is told, or that the api accepts it.
      - **echoed**: has no effect here; it is stored and shown again. The test sends it and finds it in the description.
      - **refused**: the call ends in an error of the model. The test sees that error.
      - **ignored**: accepted without effect, for the reason given.

      A dot leads into an object; a member that is not listed shares what is said of the one around it.

      """;

  private static final String REFUSED =
      """

      ## Refused operations

      | operation | error | |
      |---|---|---|
      """;
}
