package io.longshore.chaos;

/** What is held against a history; the numbers are those of the promises in docs/testing.md. */
enum Promise {
  ACKNOWLEDGED("A1  no acknowledged write is lost", false),
  EXITS("A2  every exit is told, with its true code or none", true),
  ONE_CONTAINER("A3  no task had two containers that started", true),
  REST("A5  everything as asked for after the faults, and then rest", false),
  FORWARD("A6  states of tasks go forward, and versions grow", false),
  ORDERS("A7  orders to a runner are counted, without gap or second meaning", false),
  ONE_TELLING("A9  no event has two tellings: no former owner wrote", false),
  HEARD("A10 nobody is taken for lost whose reports stand in the topic", false),
  UNTOUCHED("A10 what runs keeps running: every end was ordered or an accident", true),
  DECOYS("A13 other people's containers are left alone", true),
  ONE_EFFECT("A14 a call has one effect", false),
  LEFTOVERS("    no container is left without a task", true);

  private final String words;
  private final boolean needsEngine;

  Promise(String words, boolean needsEngine) {
    this.words = words;
    this.needsEngine = needsEngine;
  }

  /** Whether only the engine's own history can tell. */
  boolean needsEngine() {
    return needsEngine;
  }

  @Override
  public String toString() {
    return words;
  }
}
