package io.longshore.runner.engine.process;

import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerSpec;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The little shell script that stands between the runner and a process. It outlives the runner: it
 * waits for the process and writes down how it ended, for whichever runner looks next.
 *
 * <p>It is plain POSIX shell. Its first line of output is the process's id; then it closes its
 * output, so that nothing hangs on the runner.
 */
// The scripts are easier to read whole, away from the code that fills them in.
@SuppressWarnings("InlineFormatString")
final class Shim {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Starts the script in a session of its own, out of reach of the terminal's Ctrl-C. */
  static final String LAUNCH =
      """
      if command -v setsid >/dev/null 2>&1; then LONGSHORE_OWN_GROUP=1 exec setsid /bin/sh "$1"; fi
      if command -v perl >/dev/null 2>&1; then
        LONGSHORE_OWN_GROUP=1 exec perl -e 'use POSIX; POSIX::setsid(); exec "/bin/sh", $ARGV[0]' "$1"
      fi
      exec /bin/sh "$1"
      """;

  private static final String BEFORE =
      """
      #!/bin/sh
      dir=%s
      own=${LONGSHORE_OWN_GROUP:-0}
      unset LONGSHORE_OWN_GROUP
      (
        cd %s || exit 126
      """;

  // The group is killed at the end because a container's other processes end with its first one.
  private static final String AFTER =
      """
      ) </dev/null >>%s 2>&1 &
      child=$!
      echo "$$ $child" >"$dir/pid.new" && mv "$dir/pid.new" "$dir/pid"
      echo "$child"
      exec >/dev/null 2>&1
      wait "$child"
      echo "$?" >"$dir/exit.new" && mv "$dir/exit.new" "$dir/exit"
      if [ "$own" = 1 ]; then kill -9 0; fi
      """;

  private Shim() {}

  static String script(String directory, String workingDirectory, String log, ContainerSpec spec) {
    StringBuilder script = new StringBuilder();
    script.append(BEFORE.formatted(quoted(directory), quoted(workingDirectory)));
    script.append(exports(spec.environment()));
    script.append("  exec ").append(odd(spec.environment())).append(words(command(spec)));
    script.append('\n').append(AFTER.formatted(quoted(log)));
    return script.toString();
  }

  /** A health check, in the surroundings of its process; null for a container without. */
  static @Nullable String probe(String workingDirectory, ContainerSpec spec) {
    HealthCheck check = spec.ordering().healthCheck();
    if (check == null) {
      return null;
    }
    List<String> words = check.command().subList(1, check.command().size());
    List<String> command =
        check.command().getFirst().equals("CMD-SHELL")
            ? List.of("/bin/sh", "-c", String.join(" ", words))
            : words;
    return "cd %s || exit 1\n".formatted(quoted(workingDirectory))
        + exports(spec.environment())
        + "exec "
        + odd(spec.environment())
        + words(command)
        + "\n";
  }

  private static String exports(Map<String, String> environment) {
    return environment.entrySet().stream()
        .filter(variable -> IDENTIFIER.matcher(variable.getKey()).matches())
        .map(variable ->
            "  export %s=%s\n".formatted(variable.getKey(), quoted(variable.getValue())))
        .collect(Collectors.joining());
  }

  static List<String> command(ContainerSpec spec) {
    return Stream.concat(spec.entryPoint().stream(), spec.command().stream()).toList();
  }

  /** A shell cannot export names like {@code a.b}; {@code env} can. */
  private static String odd(Map<String, String> environment) {
    String assignments =
        environment.entrySet().stream()
            .filter(variable -> !IDENTIFIER.matcher(variable.getKey()).matches())
            .map(variable -> quoted(variable.getKey() + "=" + variable.getValue()) + " ")
            .collect(Collectors.joining());
    return assignments.isEmpty() ? "" : "env " + assignments;
  }

  private static String words(List<String> command) {
    return command.stream().map(Shim::quoted).collect(Collectors.joining(" "));
  }

  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
