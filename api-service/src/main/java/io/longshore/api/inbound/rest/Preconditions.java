package io.longshore.api.inbound.rest;

import io.longshore.api.core.EcsException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Entity tags. Each is a digest of the representation; that of a resource with a version has the
 * version before it. {@code If-Match} looks at the version alone: what a representation counts,
 * such as running tasks, is nobody's to overwrite.
 */
final class Preconditions {
  private static final Pattern VERSIONED = Pattern.compile("\"(\\d{1,18})\\.[0-9a-f]{16}\"");

  private Preconditions() {}

  static String tag(byte[] representation, @Nullable Long version) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(representation);
      String hex = HexFormat.of().formatHex(digest, 0, 8);
      return version == null ? "\"" + hex + "\"" : "\"" + version + "." + hex + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether the caller has this representation already. Weak tags compare as strong ones do. */
  static boolean isKnown(String tag, @Nullable String ifNoneMatch) {
    return ifNoneMatch != null
        && (ifNoneMatch.strip().equals("*")
            || Arrays.stream(ifNoneMatch.split(","))
                .map(given -> given.strip().replaceFirst("^W/", ""))
                .anyMatch(tag::equals));
  }

  /**
   * The version a change expects; null for any.
   *
   * @throws EcsException if the tag cannot be one of this resource, or it has no versions
   */
  static @Nullable Long expectedVersion(Route route, @Nullable String ifMatch) {
    if (ifMatch == null || ifMatch.strip().equals("*")) {
      return null;
    }
    if (!route.versioned()) {
      throw EcsException.invalid(
              "%s %s has no version to compare: leave If-Match out."
                  .formatted(route.method(), route.path().text()))
          .at("If-Match");
    }
    Matcher matcher = VERSIONED.matcher(ifMatch.strip());
    if (!matcher.matches()) {
      throw EcsException.of(
          "PreconditionFailedException", "If-Match must be the ETag of the resource as it is.");
    }
    return Long.valueOf(matcher.group(1));
  }
}
