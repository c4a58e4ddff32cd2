package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The SBOMs that images carry (CycloneDX) name every jar that is in them, each under a licence that
 * a user can live with, and docs/licences.md says the same.
 */
class LicencesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DOCUMENT = Built.ROOT.resolve("docs").resolve("licences.md");

  /** By SPDX, and as those write it who do not go by SPDX. Of several, one is enough. */
  private static final Set<String> FINE =
      Set.of(
          "Apache-2.0",
          "MIT",
          "MIT-0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "EPL-1.0",
          "EPL-2.0",
          "CC0-1.0",
          "GPL-2.0-with-classpath-exception",
          "Public Domain",
          // The MIT licence, by that name.
          "Bouncy Castle Licence");

  @Test
  void everyJarOfAnImageIsInItsSbom() throws IOException {
    for (String service : TestImages.SERVICES) {
      Set<String> named = new TreeSet<>();
      components(service)
          .forEach(each ->
              named.add(each.path("name").asText() + "-" + each.path("version").asText() + ".jar"));
      Path libraries = Built.ROOT.resolve(service).resolve("target/quarkus-app/lib");
      try (Stream<Path> jars = Files.walk(libraries)) {
        assertThat(
                jars.map(jar -> jar.getFileName().toString())
                    .filter(jar -> jar.endsWith(".jar"))
                    .filter(jar -> named.stream().noneMatch(jar::endsWith)))
            .as("jars of %s that its SBOM does not name", service)
            .isEmpty();
      }
    }
  }

  @Test
  void everyLicenceIsOneToLiveWith() throws IOException {
    Map<String, Set<String>> wrong = new TreeMap<>(licences());
    wrong.values().removeIf(licences -> licences.stream().anyMatch(FINE::contains));
    assertThat(wrong).isEmpty();
  }

  @Test
  void theDocumentSaysWhatTheSbomsSay() throws IOException {
    String document =
        """
        # Licences

        What the images are made of, beside Longshore itself (Apache 2.0) and the Java runtime of their base, from the SBOMs they carry (`/opt/longshore/sbom.json`).
        Written by `./mvnw verify -pl system-tests -am -Dtest=LicencesTest -Dlongshore.docs.write=true -Dsurefire.failIfNoSpecifiedTests=false`.

        | component | licence |
        |---|---|
        """
            + licences().entrySet().stream()
                .map(each ->
                    "| %s | %s |%n".formatted(each.getKey(), String.join(", ", each.getValue())))
                .collect(Collectors.joining());
    if (Boolean.getBoolean("longshore.docs.write")) {
      Files.writeString(DOCUMENT, document);
    }
    assertThat(Files.readString(DOCUMENT)).isEqualTo(document);
  }

  private static Map<String, Set<String>> licences() throws IOException {
    Map<String, Set<String>> licences = new TreeMap<>();
    for (String service : TestImages.SERVICES) {
      components(service)
          .filter(each -> !each.path("group").asText().equals("io.longshore"))
          .forEach(each ->
              licences
                  .computeIfAbsent(
                      "%s:%s %s"
                          .formatted(
                              each.path("group").asText(),
                              withoutPlatform(each.path("name").asText()),
                              each.path("version").asText()),
                      name -> new TreeSet<>())
                  .addAll(named(each.path("licenses"))));
    }
    return licences;
  }

  /** The build machine's own is in the SBOM; the document is the same on all of them. */
  private static String withoutPlatform(String name) {
    return name.replaceFirst("^native-(linux|osx|windows)-.*", "native-*");
  }

  private static Set<String> named(JsonNode licenses) {
    Set<String> names = new TreeSet<>();
    for (JsonNode each : licenses) {
      JsonNode license = each.path("license");
      names.add(
          each.has("expression")
              ? each.path("expression").asText()
              : license.has("id") ? license.path("id").asText() : license.path("name").asText());
    }
    return names;
  }

  private static Stream<JsonNode> components(String service) throws IOException {
    JsonNode sbom =
        JSON.readTree(Built.ROOT.resolve(service).resolve("target").resolve("sbom.json").toFile());
    assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    return sbom.path("components").valueStream();
  }
}
