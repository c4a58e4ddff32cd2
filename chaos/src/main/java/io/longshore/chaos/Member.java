package io.longshore.chaos;

import java.util.List;
import java.util.Locale;

/**
 * One process of a service.
 *
 * @param number from 1
 */
record Member(Part part, int number) {
  /** The services, and what each talks to. */
  enum Part {
    SCHEDULER,
    API,
    RUNNER;

    List<Backend> backends() {
      return switch (this) {
        case SCHEDULER, API -> List.of(Backend.KAFKA, Backend.DATABASE);
        case RUNNER -> List.of(Backend.KAFKA, Backend.ENGINE);
      };
    }

    /** The module that has it. */
    String module() {
      return name().toLowerCase(Locale.ROOT) + "-service";
    }
  }

  /** What is on the other side of a proxy. */
  enum Backend {
    KAFKA,
    DATABASE,
    ENGINE
  }

  @Override
  public String toString() {
    return part.name().toLowerCase(Locale.ROOT) + "-" + number;
  }
}
