package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A task's cpu and memory, which ECS takes as text: {@code 256}, {@code 1 vCPU}, {@code 2GB}. */
final class Sizes {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{0,9}(?:\\.[0-9]{1,6})?)\\s*([A-Za-z]*)");
  private static final int LONGEST = 32;
  private static final int LEAST_CPU = 1;

  private Sizes() {}

  /** CPU units; null when none are given. */
  static @Nullable Integer cpuUnits(@Nullable String text) {
    return text == null || text.isBlank()
        ? null
        : parse("cpu", text, "vcpu", LEAST_CPU, ContainerRules.MOST_CPU);
  }

  /** MiB; null when none are given. */
  static @Nullable Integer memoryMiB(@Nullable String text) {
    return text == null || text.isBlank()
        ? null
        : parse(
            "memory", text, "gb", ContainerRules.LEAST_MEMORY_MIB, ContainerRules.MOST_MEMORY_MIB);
  }

  private static int parse(String member, String text, String unit, int least, int most) {
    Matcher matcher = SIZE.matcher(text.length() > LONGEST ? "?" : text.strip());
    if (!matcher.matches() || matcher.group(1).isEmpty()) {
      throw client("Invalid '%s' setting for task: '%s'.".formatted(member, Rules.shown(text)));
    }
    BigDecimal number = new BigDecimal(matcher.group(1));
    String given = matcher.group(2).toLowerCase(Locale.ROOT);
    BigDecimal value = given.equals(unit) ? number.multiply(BigDecimal.valueOf(1024)) : number;
    boolean whole = value.stripTrailingZeros().scale() <= 0;
    if (!whole
        || !(given.isEmpty() || given.equals(unit))
        || value.compareTo(BigDecimal.valueOf(least)) < 0
        || value.compareTo(BigDecimal.valueOf(most)) > 0) {
      throw client("Invalid '%s' setting for task: '%s'.".formatted(member, Rules.shown(text)));
    }
    return value.intValueExact();
  }
}
