package io.longshore.balancer.core;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A range of addresses, such as {@code 10.0.0.0/8}. */
record Cidr(InetAddress network, int bits) {

  /** Null when the text is no range. A bare address is the range of itself. */
  static @Nullable Cidr parse(String text) {
    int slash = text.indexOf('/');
    try {
      InetAddress network = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int most = network.getAddress().length * Byte.SIZE;
      int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
      return bits < 0 || bits > most ? null : new Cidr(network, bits);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  boolean contains(InetAddress address) {
    byte[] mine = network.getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit += Byte.SIZE) {
      int mask = bits - bit >= Byte.SIZE ? 0xFF : 0xFF << (Byte.SIZE - (bits - bit));
      int at = bit / Byte.SIZE;
      if (((mine[at] ^ other[at]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
