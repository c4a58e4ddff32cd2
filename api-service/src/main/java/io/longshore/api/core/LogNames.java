package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.Arns;
import java.util.regex.Pattern;

/** What requests of CloudWatch Logs name. */
public final class LogNames {
  /** As far as times go, in milliseconds since 1970; their nanoseconds still are a long. */
  public static final long LATEST = 9_000_000_000_000L;

  private static final Pattern GROUP = Pattern.compile("[.\\-_/#A-Za-z0-9]{1,512}");
  private static final Pattern STREAM = Pattern.compile("[^:*]{1,512}");
  private static final Pattern ARN =
      Pattern.compile("arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]*)(:\\*)?");

  private LogNames() {}

  public static String arn(Arns arns, String group) {
    return "arn:aws:logs:%s:%s:log-group:%s".formatted(arns.region(), arns.account(), group);
  }

  /** The group that a request is about, by its name or its ARN. */
  public static String group(Members request) {
    String name = request.text("logGroupName", "");
    String identifier = request.text("logGroupIdentifier", "");
    if (!name.isEmpty() && !identifier.isEmpty()) {
      throw invalid("logGroupName and logGroupIdentifier cannot be given together.");
    }
    var arn = ARN.matcher(identifier);
    String given = !name.isEmpty() ? name : arn.matches() ? arn.group(1) : identifier;
    if (!GROUP.matcher(given).matches()) {
      throw invalid(
          "logGroupName must be 1 to 512 letters, digits and . - _ / #, not '%s'."
              .formatted(Rules.shown(given)));
    }
    return given;
  }

  public static String stream(Members request) {
    String name = Rules.required(request, "logStreamName");
    if (!STREAM.matcher(name).matches()) {
      throw invalid("logStreamName must be 1 to 512 characters other than : and *.");
    }
    return name;
  }

  /** A time of a request, in milliseconds since 1970. */
  public static long millis(Members request, String member, long absent) {
    if (!(request.values().get(member) instanceof Number number)) {
      return absent;
    }
    if (number.longValue() < 0) {
      throw invalid("%s must be 0 or more.".formatted(member));
    }
    return Math.min(number.longValue(), LATEST - 1);
  }
}
