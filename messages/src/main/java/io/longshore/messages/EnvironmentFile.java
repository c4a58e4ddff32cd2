package io.longshore.messages;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a file with {@code NAME=value} lines is (ECS {@code EnvironmentFile.value}), taken apart.
 *
 * @param bucket of S3; null for a file of the host
 * @param path the key in the bucket, or an absolute path on the host
 */
public record EnvironmentFile(@Nullable String bucket, String path) {
  private static final int LONGEST = 2048;
  private static final String SUFFIX = ".env";
  private static final String ON_THE_HOST = "file://";
  private static final Pattern OBJECT =
      Pattern.compile("arn:aws[a-z-]*:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)");

  /**
   * Takes apart the ARN of an object of S3 or, which ECS does not know, {@code file://} with an
   * absolute path. Either must end in {@code .env}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static EnvironmentFile parse(String value) {
    if (value.length() > LONGEST || value.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "longer than " + LONGEST + " characters, or with control characters");
    }
    if (!value.endsWith(SUFFIX)) {
      throw new IllegalArgumentException("without the ending " + SUFFIX);
    }
    if (value.startsWith(ON_THE_HOST + "/")) {
      return new EnvironmentFile(null, value.substring(ON_THE_HOST.length()));
    }
    Matcher object = OBJECT.matcher(value);
    if (object.matches()) {
      return new EnvironmentFile(object.group(1), object.group(2));
    }
    throw new IllegalArgumentException("neither the ARN of an S3 object nor file:// with a path");
  }
}
