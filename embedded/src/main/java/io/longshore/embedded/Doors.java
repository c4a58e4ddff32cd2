package io.longshore.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Further listeners of the broker, for clients that reach it through something in between. A client
 * connects to one port and is told to come back to another address, where whatever is in between
 * listens.
 */
record Doors(List<Door> doors) {
  /** The system property of the child that names them: {@code port:address,port:address}. */
  static final String PROPERTY = "longshore.embedded.doors";

  /**
   * @param port of loopback that the broker listens on
   * @param advertised the address that clients are told, with its port
   */
  record Door(int port, String advertised) {}

  Doors {
    doors = List.copyOf(doors);
  }

  /**
   * @param text as in {@link #PROPERTY}; empty for none
   * @throws IllegalArgumentException if it is something else
   */
  static Doors parse(String text) {
    List<Door> doors = new ArrayList<>();
    for (String door : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      if (!door.matches("[0-9]{1,5}:[0-9.]{7,15}:[0-9]{1,5}")) {
        throw new IllegalArgumentException("Not port:address:port: " + door);
      }
      int colon = door.indexOf(':');
      doors.add(new Door(Integer.parseInt(door.substring(0, colon)), door.substring(colon + 1)));
    }
    return new Doors(doors);
  }

  /** Each as {@code ,DOORn://127.0.0.1:port}. */
  String listeners() {
    return each(",DOOR%1$d://127.0.0.1:%2$d");
  }

  String advertised() {
    return each(",DOOR%1$d://%3$s");
  }

  String protocols() {
    return each(",DOOR%1$d:PLAINTEXT");
  }

  private String each(String format) {
    return IntStream.range(0, doors.size())
        .mapToObj(i -> format.formatted(i, doors.get(i).port(), doors.get(i).advertised()))
        .collect(Collectors.joining());
  }
}
