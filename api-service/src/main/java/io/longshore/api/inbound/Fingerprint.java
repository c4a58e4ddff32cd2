package io.longshore.api.inbound;

import io.longshore.api.core.Members;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a call asks for, whatever the order of its members and whatever its token. */
public final class Fingerprint {
  private Fingerprint() {}

  public static String of(Members request) {
    Object sorted = sorted(request.without("clientToken").values());
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(AwsJson.write(new Members(asMap(sorted)))));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Object sorted(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> copy = new TreeMap<>();
        map.forEach((key, member) -> copy.put((String) key, sorted(member)));
        yield copy;
      }
      case List<?> list -> list.stream().map(Fingerprint::sorted).toList();
      default -> value;
    };
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asMap(Object value) {
    return (Map<String, Object>) value;
  }
}
