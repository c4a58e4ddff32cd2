package io.longshore.messages;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * How ids are made and checked. Ids are derived from what they stand for rather than drawn at
 * random, so that a replayed input yields the same ids.
 */
public final class Ids {
  private static final int DIGITS = 32;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,255}");

  /** To be copied: asking the platform for one takes longer than what is done with it. */
  private static final MessageDigest SHA_256 = sha256();

  private Ids() {}

  /** 32 hexadecimal digits that follow from the parts and from nothing else. */
  public static String derive(String... parts) {
    try {
      MessageDigest digest = (MessageDigest) SHA_256.clone();
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        // The length keeps ("ab","c") and ("a","bc") apart.
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's SHA-256 cannot be copied", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public static boolean isHex(String value) {
    if (value.length() != DIGITS) {
      return false;
    }
    for (int i = 0; i < DIGITS; i++) {
      char digit = value.charAt(i);
      if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Whether ECS would take this as the name of a cluster, a service or a family. */
  public static boolean isName(String value) {
    return NAME.matcher(value).matches();
  }

  static void requireHex(String value) {
    if (!isHex(value)) {
      throw new IllegalArgumentException("not an id of 32 hexadecimal digits: " + bounded(value));
    }
  }

  static void requireName(String value) {
    if (!isName(value)) {
      throw new IllegalArgumentException(
          "not a name of 1 to 255 letters, digits, underscores and hyphens: " + bounded(value));
    }
  }

  private static String bounded(String value) {
    return value.length() <= 64 ? value : value.substring(0, 64) + "…";
  }
}
