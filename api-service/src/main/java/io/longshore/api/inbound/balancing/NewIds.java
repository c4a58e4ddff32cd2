package io.longshore.api.inbound.balancing;

import io.longshore.messages.Ids;
import java.util.UUID;

/** The ids at the end of ARNs. */
final class NewIds {
  private NewIds() {}

  /** 16 hexadecimal digits. */
  static String next() {
    return Ids.derive(UUID.randomUUID().toString()).substring(0, 16);
  }
}
