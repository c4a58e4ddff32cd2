package io.longshore.embedded;

import java.util.Locale;

/**
 * What parent and child say to each other over the child's standard streams, one line each. The
 * parent writes {@code VERB PART}; the child answers every line in order with {@link #DONE} or
 * {@link #FAILED}. Lines of the child without {@link #PREFIX} are other people's output and are
 * skipped. The end of its input tells the child that its parent is gone.
 */
final class Protocol {
  /** Begins every line of the child that means something to the parent. */
  static final String PREFIX = "LONGSHORE-EMBEDDED ";

  /** A long step begins; the rest of the line says which, for people. */
  static final String STEP = PREFIX + "STEP ";

  /** Everything runs; the rest of the line is bootstrap servers, JDBC URL and user. */
  static final String READY = PREFIX + "READY ";

  /** The command has been carried out. */
  static final String DONE = PREFIX + "DONE";

  /** The start or the command failed; the rest of the line is one sentence for people. */
  static final String FAILED = PREFIX + "FAILED ";

  private Protocol() {}

  enum Verb {
    START,
    STOP,
    RESTART,
    /** As a power cut would; of the database only. */
    CRASH
  }

  enum Part {
    KAFKA,
    POSTGRES
  }

  record Request(Verb verb, Part part) {
    /**
     * @throws IllegalArgumentException if the line is not a request
     */
    static Request parse(String line) {
      String[] words = line.strip().toUpperCase(Locale.ROOT).split(" ", -1);
      if (words.length != 2) {
        throw new IllegalArgumentException("A request is a verb and a part: " + line);
      }
      return new Request(Verb.valueOf(words[0]), Part.valueOf(words[1]));
    }

    String line() {
      return (verb + " " + part).toLowerCase(Locale.ROOT);
    }
  }

  static String ready(Endpoints endpoints) {
    return READY
        + endpoints.bootstrapServers()
        + " "
        + endpoints.jdbcUrl()
        + " "
        + endpoints.user();
  }

  /**
   * @throws IllegalArgumentException if the line was not made by {@link #ready}
   */
  static Endpoints endpoints(String readyLine) {
    String[] words = readyLine.substring(READY.length()).strip().split(" ", -1);
    if (words.length != 3) {
      throw new IllegalArgumentException("Not a READY line: " + readyLine);
    }
    return new Endpoints(words[0], words[1], words[2]);
  }
}
