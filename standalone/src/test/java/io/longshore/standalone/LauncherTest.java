package io.longshore.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher script with made-up JDKs around it. */
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "longshore").toAbsolutePath().normalize();

  @TempDir Path directory;
  private Path folder = Path.of("");

  private record Outcome(int code, String output, String errors) {}

  @BeforeEach
  void aFolderForJdks() throws IOException {
    folder = Files.createDirectory(directory.resolve("jdks"));
  }

  @Test
  void takesTheFirstThatIsNewEnough() throws Exception {
    jdk("a-17", "17.0.15");
    Path fitting = jdk("b-25", "25.0.3");
    jdk("c-26", "26");

    assertThat(run(Map.of(), "jdk")).isEqualTo(new Outcome(0, fitting + "\n", ""));
  }

  @Test
  void prefersWhatWasSetOnPurpose() throws Exception {
    jdk("a-25", "25.0.3");
    Path java = jdk("elsewhere-25", "25");
    Path own = jdk("own-27", "27-ea");

    assertThat(run(Map.of("JAVA_HOME", java.toString()), "jdk").output()).isEqualTo(java + "\n");
    assertThat(
            run(Map.of("JAVA_HOME", java.toString(), "LONGSHORE_JAVA_HOME", own.toString()), "jdk")
                .output())
        .isEqualTo(own + "\n");
  }

  @Test
  void passesOverAJavaHomeThatIsTooOld() throws Exception {
    Path old = jdk("old-21", "21.0.2");
    Path fitting = jdk("z-25", "25.0.3");

    assertThat(run(Map.of("JAVA_HOME", old.toString()), "jdk").output()).isEqualTo(fitting + "\n");
  }

  @Test
  void findsThoseInsideMacOsBundles() throws Exception {
    Path home = jdk("temurin-25.jdk/Contents/Home", "25.0.3");

    assertThat(run(Map.of(), "jdk").output()).isEqualTo(home + "\n");
  }

  @Test
  void copesWithBlanksInTheFoldersName() throws Exception {
    folder = Files.createDirectory(directory.resolve("my jdks"));
    Path home = jdk("temurin 25", "25.0.3");

    assertThat(run(Map.of(), "jdk").output()).isEqualTo(home + "\n");
  }

  @Test
  void aRuntimeWithoutCompilerDoesNotDo() throws Exception {
    Path runtime = jdk("jre-25", "25.0.3");
    Files.delete(runtime.resolve("bin").resolve("javac"));

    Outcome outcome = run(Map.of(), "jdk");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).isEmpty();
  }

  @Test
  void asksJavaItselfWhereNoFileTells() throws Exception {
    Path home = jdk("unlabelled", "25");
    Files.delete(home.resolve("release"));
    script(home.resolve("bin").resolve("java"), "echo 'openjdk version \"25.0.3\" 2026-04-21' >&2");

    assertThat(run(Map.of(), "jdk").output()).isEqualTo(home + "\n");
  }

  @Test
  void saysInOneSentenceWhatToInstall() throws Exception {
    jdk("a-17", "17.0.15");

    Outcome outcome = run(Map.of(), "up");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.errors().lines())
        .singleElement()
        .asString()
        .startsWith("Longshore needs a JDK 25 or newer and found none: install one")
        .endsWith("or set JAVA_HOME to it.");
  }

  @Test
  void worksThroughASymbolicLinkFromElsewhere() throws Exception {
    Path home = jdk("a-25", "25");
    Path link = Files.createSymbolicLink(directory.resolve("ls"), SCRIPT);

    assertThat(run(link, Map.of(), "jdk").output()).isEqualTo(home + "\n");
  }

  @Test
  void anUnknownCommandGetsTheUsage() throws Exception {
    Outcome outcome = run(Map.of(), "launch");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.errors()).startsWith("There is no command \"launch\".\n");
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    // It must be judged without being started.
    script(home.resolve("bin").resolve("java"), "exit 99");
    script(home.resolve("bin").resolve("javac"), "exit 99");
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Nobody\"\nJAVA_RUNTIME_VERSION=\"%s+1\"\nJAVA_VERSION=\"%s\"\n"
            .formatted(version, version));
    return home;
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    return run(SCRIPT, environment, arguments);
  }

  private Outcome run(Path script, Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    Path errors = directory.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", toolsWithoutJava());
    builder.environment().put("LONGSHORE_JDK_FOLDERS", folder.toString());
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Outcome(
        code,
        Files.readString(output, StandardCharsets.UTF_8),
        Files.readString(errors, StandardCharsets.UTF_8));
  }

  /** The few programs that the script calls, so that this machine's own Java is not among them. */
  private String toolsWithoutJava() throws IOException {
    Path tools = directory.resolve("tools");
    if (!Files.exists(tools)) {
      Files.createDirectory(tools);
      for (String tool : List.of("ls", "dirname", "grep", "head", "cat")) {
        Path there =
            List.of(Path.of("/usr/bin", tool), Path.of("/bin", tool)).stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
        Files.createSymbolicLink(tools.resolve(tool), there);
      }
    }
    return tools.toString();
  }
}
