package io.longshore.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static final Json DOCUMENT =
      new Json(
          "{\"launchType\":\"EC2\",\"strategy\":[{\"provider\":\"pool\",\"weight\":3},{}],\"empty\":[]}");

  @Test
  void membersAreTakenOutAndLeftOut() {
    assertThat(DOCUMENT.only(List.of("launchType", "none")).text())
        .isEqualTo("{\"launchType\":\"EC2\"}");
    assertThat(DOCUMENT.without(List.of("strategy", "empty", "none")))
        .isEqualTo(DOCUMENT.only(List.of("launchType")));
    assertThat(Json.EMPTY.only(List.of("any"))).isEqualTo(Json.EMPTY);
  }

  @Test
  void membersAreRead() {
    assertThat(DOCUMENT.text("launchType")).isEqualTo("EC2");
    assertThat(DOCUMENT.text("none")).isEmpty();
    assertThat(DOCUMENT.objects("strategy"))
        .isEqualTo(List.of(Map.of("provider", "pool", "weight", "3"), Map.of()));
    assertThat(DOCUMENT.objects("none")).isEmpty();
  }
}
