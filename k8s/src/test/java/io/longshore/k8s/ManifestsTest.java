package io.longshore.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in this folder can be applied, as far as that can be known without a cluster. */
class ManifestsTest {
  @Test
  void everyFileHasFieldsThatThereAre() throws Exception {
    List<Manifest> written = Overlay.written();
    assertThat(written).hasSizeGreaterThan(60);
    assertThat(written.stream().flatMap(manifest -> Fields.check(manifest).stream())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "production"})
  void anOverlayRendersAndPassesTheCheck(String overlay) throws Exception {
    Bundle bundle = Overlay.bundle(overlay, Overlay.render(overlay));
    assertThat(bundle.manifests()).hasSizeGreaterThan(35);
    assertThat(Overlay.check(bundle)).isEmpty();
  }

  @Test
  void nothingIsAllowedThatNobodyNeeds() throws Exception {
    Set<String> needed = new TreeSet<>();
    for (String overlay : Set.of("dev", "production")) {
      Overlay.check(Overlay.bundle(overlay, Overlay.render(overlay)), needed);
    }
    assertThat(needed).isEqualTo(Containers.allowed());
  }

  @Test
  void everyFileIsPartOfSomething() throws Exception {
    Set<Path> named = new TreeSet<>();
    Set<Path> there = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Overlay.FOLDER)) {
      files.filter(Overlay::isManifest).forEach(there::add);
    }
    for (Path file : there) {
      if (file.endsWith("kustomization.yaml")) {
        named.add(file);
        for (Manifest kustomization : Manifest.read(List.of(), Files.readString(file))) {
          kustomization
              .at("/resources")
              .forEach(one -> named.add(file.resolveSibling(one.asText()).normalize()));
          kustomization
              .at("/patches")
              .forEach(
                  one -> named.add(file.resolveSibling(one.path("path").asText()).normalize()));
        }
      }
    }
    assertThat(named).containsAll(there);
  }
}
