package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The layout of all modules together, and that each rule notices when it is broken. */
class ArchitectureTest {
  private static final List<String> MODULES =
      List.of(
          "messages",
          "embedded",
          "tracing",
          "api-service",
          "scheduler-service",
          "runner-service",
          "load-balancer",
          "standalone");
  private static final JavaClasses EVERYTHING =
      new ClassFileImporter().importPaths(MODULES.stream().map(ArchitectureTest::classes).toList());
  private static final JavaClasses PLANTED =
      new ClassFileImporter().importPackages("io.longshore.planted");

  private static Path classes(String module) {
    return Built.ROOT.resolve(module).resolve("target").resolve("classes");
  }

  static Stream<String> rules() {
    return Rules.ALL.keySet().stream().sorted();
  }

  @Test
  void everyModuleIsLookedAt() {
    for (String module :
        List.of("messages", "embedded", "api", "scheduler", "runner", "balancer", "standalone")) {
      assertThat(EVERYTHING)
          .anyMatch(type -> type.getPackageName().startsWith("io.longshore." + module));
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void isKept(String name) {
    rule(name).check(EVERYTHING);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void isNoticedWhenBroken(String name) {
    // The planted module stands for a service, which that rule lists by name.
    JavaClasses broken =
        name.equals("services know not each other")
            ? new ClassFileImporter().importPackages("io.longshore.api.planted")
            : PLANTED;

    assertThatThrownBy(() -> rule(name).check(broken)).isInstanceOf(AssertionError.class);
  }

  @Test
  void configuredChannelsCarryTheirModulesNameToo() throws IOException {
    for (String module : List.of("api", "scheduler", "runner")) {
      Path file =
          Built.ROOT
              .resolve(module + "-service")
              .resolve("src/main/resources/META-INF/microprofile-config.properties");
      try (Stream<String> lines = Files.lines(file)) {
        assertThat(lines.filter(l -> l.matches("mp\\.messaging\\.(incoming|outgoing)\\..*")))
            .allMatch(l -> l.matches("mp\\.messaging\\.(incoming|outgoing)\\." + module + "-.*"));
      }
    }
  }

  private static ArchRule rule(String name) {
    ArchRule rule = Rules.ALL.get(name);
    if (rule == null) {
      throw new IllegalArgumentException(name);
    }
    return rule;
  }
}
