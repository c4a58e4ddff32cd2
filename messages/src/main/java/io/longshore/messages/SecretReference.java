package io.longshore.messages;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the value of a secret is (ECS {@code Secret.valueFrom}), taken apart.
 *
 * @param asked what a store is asked for: all of it but the JSON key, so that several members of
 *     one secret are one question
 * @param name of the parameter, without a leading slash, or of the secret
 * @param jsonKey the member of the value that is meant; null for all of the value
 * @param versioned whether another version than the current one is meant
 */
public record SecretReference(
    Kind kind, String asked, String name, @Nullable String jsonKey, boolean versioned) {
  /** ECS's limit for a parameter's name is about this. */
  private static final int LONGEST = 2048;

  // A program is given the name: one that begins with a hyphen would be an option to it.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./-]*");
  private static final Pattern PARAMETER =
      Pattern.compile("arn:aws[a-z-]*:ssm:[a-z0-9-]+:\\d{12}:parameter/([A-Za-z0-9_./-]+)");
  private static final Pattern SECRET =
      Pattern.compile(
          "(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\\d{12}:secret:([A-Za-z0-9/_+=.@-]+))"
              + "(?::([^:]*):([^:]*):([^:]*))?");
  private static final String CURRENT = "AWSCURRENT";

  /** The services of AWS that have secrets. */
  public enum Kind {
    /** A parameter of the SSM Parameter Store. */
    PARAMETER,
    /** A secret of the Secrets Manager. */
    SECRET
  }

  /**
   * Takes apart the name or ARN of a parameter, or the ARN of a secret with or without {@code
   * :json-key:version-stage:version-id}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static SecretReference parse(String valueFrom) {
    Matcher parameter = PARAMETER.matcher(valueFrom);
    Matcher secret = SECRET.matcher(valueFrom);
    if (valueFrom.length() > LONGEST) {
      throw new IllegalArgumentException("longer than " + LONGEST + " characters");
    }
    if (parameter.matches()) {
      return new SecretReference(Kind.PARAMETER, valueFrom, parameter.group(1), null, false);
    }
    if (secret.matches()) {
      return secret(secret);
    }
    if (NAME.matcher(valueFrom).matches()) {
      String name = valueFrom.startsWith("/") ? valueFrom.substring(1) : valueFrom;
      return new SecretReference(Kind.PARAMETER, valueFrom, name, null, false);
    }
    throw new IllegalArgumentException(
        "neither the name nor the ARN of an SSM parameter, nor the ARN of a Secrets Manager secret");
  }

  private static SecretReference secret(Matcher parts) {
    String key = orEmpty(parts.group(3));
    String stage = orEmpty(parts.group(4));
    String id = orEmpty(parts.group(5));
    boolean versioned = !(stage.isEmpty() || stage.equals(CURRENT)) || !id.isEmpty();
    return new SecretReference(
        Kind.SECRET,
        versioned ? "%s::%s:%s".formatted(parts.group(1), stage, id) : parts.group(1),
        parts.group(2),
        key.isEmpty() ? null : key,
        versioned);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
