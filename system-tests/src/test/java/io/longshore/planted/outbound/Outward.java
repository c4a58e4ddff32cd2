package io.longshore.planted.outbound;

import io.longshore.planted.inbound.PlantedManager;

/** An edge that knows the other edge. */
public final class Outward {
  private Outward() {}

  public static void send() {
    PlantedManager.take("round and round");
  }
}
