package io.longshore.runner.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which digest belongs to which name of an image. */
class DockerImagesTest {
  private static final List<String> KNOWN =
      List.of("mirror:5000/nginx@sha256:aa", "nginx@sha256:bb", "team/nginx@sha256:cc");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nginx",
        "nginx:1.27",
        "library/nginx",
        "docker.io/library/nginx:1.27",
        "nginx@sha256:bb"
      })
  void aRepositoryHasItsOwnDigest(String image) {
    assertThat(DockerImages.among(image, KNOWN)).hasValue("sha256:bb");
  }

  @Test
  void aPortIsNoTag() {
    assertThat(DockerImages.among("mirror:5000/nginx", KNOWN)).hasValue("sha256:aa");
    assertThat(DockerImages.among("mirror:5000/nginx:2", KNOWN)).hasValue("sha256:aa");
  }

  @Test
  void whatWasBuiltHereHasNone() {
    assertThat(DockerImages.among("team/other:1", KNOWN)).isEmpty();
    assertThat(DockerImages.among("nginx", List.of())).isEmpty();
    assertThat(DockerImages.among("nginx", null)).isEmpty();
  }

  @Test
  void anImageThatHasLostItsNameIsFoundByAny() {
    assertThat(DockerImages.among("sha256:0123", KNOWN)).hasValue("sha256:aa");
  }
}
