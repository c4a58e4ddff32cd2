package io.longshore.api.planted;

import io.longshore.planted.outbound.Outward;

/** A service that knows another. */
public final class Neighbourly {
  private Neighbourly() {}

  public static void call() {
    Outward.send();
  }
}
