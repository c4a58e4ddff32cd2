package io.longshore.planted.core;

import io.longshore.planted.store.PlantedRow;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/** A core class that reads the clock, draws ids and chance, and knows the store. */
public final class Clocked {
  private Clocked() {}

  public static Instant time() {
    return Instant.now();
  }

  public static Supplier<UUID> ids() {
    return UUID::randomUUID;
  }

  public static int chance() {
    return new Random(1).nextInt();
  }

  public static String row(PlantedRow row) {
    return row.toString();
  }
}
