package io.longshore.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.embedded.Doors.Door;
import org.junit.jupiter.api.Test;

class DoorsTest {
  @Test
  void aDoorListensOnOnePortAndNamesAnotherAddress() {
    Doors doors = Doors.parse("15001:127.0.0.1:16001,15002:198.18.0.1:16002");

    assertThat(doors.doors())
        .containsExactly(new Door(15001, "127.0.0.1:16001"), new Door(15002, "198.18.0.1:16002"));
    assertThat(doors.listeners()).isEqualTo(",DOOR0://127.0.0.1:15001,DOOR1://127.0.0.1:15002");
    assertThat(doors.advertised()).isEqualTo(",DOOR0://127.0.0.1:16001,DOOR1://198.18.0.1:16002");
    assertThat(doors.protocols()).isEqualTo(",DOOR0:PLAINTEXT,DOOR1:PLAINTEXT");
  }

  @Test
  void mostlyThereAreNone() {
    Doors none = Doors.parse("");

    assertThat(none.listeners() + none.advertised() + none.protocols()).isEmpty();
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> Doors.parse("15001:16001"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Not port:address:port: 15001:16001");
  }
}
