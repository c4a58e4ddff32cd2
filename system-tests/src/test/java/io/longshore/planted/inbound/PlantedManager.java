package io.longshore.planted.inbound;

/** A name that says nothing, and a channel of somebody else's. */
public final class PlantedManager {
  /** Stands for the annotation of that name. */
  public @interface Incoming {
    String value();
  }

  private PlantedManager() {}

  @Incoming("elsewhere-in")
  public static void take(String message) {
    System.out.println(message);
  }
}
