package io.longshore.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  @TempDir Path home;

  @Test
  void whatWasTransformedComesBeforeWhatItTakesThePlaceOf() throws IOException {
    jar("quarkus-run.jar", "java.base/java.lang java.base/java.nio");
    jar("quarkus/transformed-bytecode.jar", "");
    jar("quarkus/generated-bytecode.jar", "");
    jar("app/service.jar", "");
    jar("lib/boot/b.jar", "");
    jar("lib/main/z.jar", "");
    jar("lib/main/a.jar", "");
    Files.writeString(home.resolve("quarkus/quarkus-application.dat"), "");

    assertThat(Training.classPath(home).stream().map(home::relativize).map(Path::toString))
        .containsExactly(
            "quarkus/generated-bytecode.jar",
            "quarkus/transformed-bytecode.jar",
            "app/service.jar",
            "lib/boot/b.jar",
            "lib/main/a.jar",
            "lib/main/z.jar");
    assertThat(Training.startArguments(home))
        .contains(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED")
        .endsWith("io.quarkus.runner.GeneratedMain");
  }

  private void jar(String name, String opened) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!opened.isEmpty()) {
      manifest.getMainAttributes().put(new Attributes.Name("Add-Opens"), opened);
    }
    new JarOutputStream(Files.newOutputStream(file), manifest).close();
  }
}
