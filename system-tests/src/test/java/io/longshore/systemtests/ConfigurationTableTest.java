package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's table of settings says what the sources read, and with which defaults. */
class ConfigurationTableTest {
  private static final List<String> MODULES =
      List.of("messages", "api-service", "scheduler-service", "runner-service", "load-balancer");

  /** A key of ours, or the one of Kafka's that users set. */
  private static final String KEY = "(?:longshore|kafka)\\.[a-z.-]+";

  private static final Pattern DEFAULT = Pattern.compile("^#?(" + KEY + ")=(.*)$");
  private static final Pattern PROPERTY =
      Pattern.compile("@ConfigProperty\\(\\s*name = \"(" + KEY + ")\"");
  private static final Pattern MAPPING =
      Pattern.compile("@ConfigMapping\\(prefix = \"(" + KEY + ")\"\\)");
  private static final Pattern MEMBER =
      Pattern.compile(
          "(?:@WithDefault\\(\"([^\"]*)\"\\)\\s+)?^  (?!default |return )([A-Z][\\w.<>, ]*) (\\w+)\\(\\);"
              + "|(?:@WithDefault\\(\"([^\"]*)\"\\)\\s+)?^  (int|boolean|long) (\\w+)\\(\\);",
          Pattern.MULTILINE);
  private static final Pattern ROW =
      Pattern.compile("^\\| (`(?:longshore|kafka)\\.[^|]*) \\| ([^|]*) \\| [^|]+ \\|$");
  private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");

  @Test
  void theTableNamesEverySettingAndNoOther() throws IOException {
    assertThat(new TreeSet<>(table().keySet())).isEqualTo(new TreeSet<>(sources().keySet()));
  }

  @Test
  void theTableHasTheDefaultsThatApply() throws IOException {
    Map<String, String> defaults = sources();
    // Without one, the table says in words what applies.
    defaults.values().removeIf(String::isEmpty);
    Map<String, String> said = table();
    said.keySet().retainAll(defaults.keySet());
    assertThat(said).isEqualTo(defaults);
  }

  private static Map<String, String> table() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    for (String line : Files.readAllLines(Built.ROOT.resolve("README.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        List<String> keys =
            QUOTED.matcher(row.group(1)).results().map(found -> found.group(1)).toList();
        List<String> values = List.of(row.group(2).replace("`", "").split(", "));
        String stem = keys.getFirst().substring(0, keys.getFirst().lastIndexOf('.'));
        for (int i = 0; i < keys.size(); i++) {
          String key = keys.get(i).startsWith(".") ? stem + keys.get(i) : keys.get(i);
          rows.put(
              key.replace(".<name>", ""), values.get(values.size() == keys.size() ? i : 0).strip());
        }
      }
    }
    assertThat(rows).as("the table was found").hasSizeGreaterThan(20);
    return rows;
  }

  /** Each key's default; empty where there is none. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> keys = new TreeMap<>();
    for (String module : MODULES) {
      Path main = Built.ROOT.resolve(module).resolve("src").resolve("main");
      try (Stream<Path> files = Files.walk(main)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          ofSource(Files.readString(file), keys);
        }
      }
      Path defaults = main.resolve("resources/META-INF/microprofile-config.properties");
      for (String line : Files.readAllLines(defaults)) {
        Matcher matcher = DEFAULT.matcher(line);
        if (matcher.matches()) {
          keys.put(matcher.group(1), matcher.group(2));
        }
      }
    }
    return keys;
  }

  private static void ofSource(String source, Map<String, String> keys) {
    PROPERTY.matcher(source).results().forEach(found -> keys.putIfAbsent(found.group(1), ""));
    Matcher mapping = MAPPING.matcher(source);
    if (mapping.find()) {
      MEMBER
          .matcher(source)
          .results()
          .forEach(member -> {
            boolean primitive = member.group(6) != null;
            String name = member.group(primitive ? 6 : 3);
            String value = member.group(primitive ? 4 : 1);
            keys.putIfAbsent(mapping.group(1) + "." + kebab(name), value == null ? "" : value);
          });
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
