package io.longshore.messages.query;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text and what it stands for, so that two of them have an order.
 *
 * @param number null where the text is none
 * @param time null where the text is none
 */
record Value(Subject.Kind kind, String text, @Nullable BigDecimal number, @Nullable Instant time)
    implements Comparable<Value> {
  /** Short, so that reading and comparing takes bounded time; no exponents for the same reason. */
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,9})?");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd['T'HH:mm:ss[.SSS][XXX][XX][X]]");

  static Value of(Subject.Kind kind, String text) {
    BigDecimal number =
        kind != Subject.Kind.TIME && NUMBER.matcher(text).matches() ? new BigDecimal(text) : null;
    return new Value(kind, text, number, kind == Subject.Kind.TIME ? time(text) : null);
  }

  /** What is wrong with it as an argument; null for nothing. */
  @Nullable String problem() {
    return switch (kind) {
      case TEXT, VERSION -> null;
      case NUMBER -> number == null ? "a number is expected" : null;
      case FLAG -> text.equals("true") || text.equals("false") ? null : "true or false is expected";
      case TIME -> time == null ? "a time such as 2026-01-31T12:00:00+00:00 is expected" : null;
    };
  }

  @Override
  public int compareTo(Value other) {
    if (time != null && other.time != null) {
      return time.compareTo(other.time);
    }
    if (kind == Subject.Kind.VERSION) {
      return versions(text.split("\\.", 32), other.text.split("\\.", 32));
    }
    return number != null && other.number != null
        ? number.compareTo(other.number)
        : text.compareTo(other.text);
  }

  private static int versions(String[] one, String[] other) {
    for (int i = 0; i < Math.max(one.length, other.length); i++) {
      String a = i < one.length ? one[i] : "0";
      String b = i < other.length ? other[i] : "0";
      int order = of(Subject.Kind.TEXT, a).compareTo(of(Subject.Kind.TEXT, b));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static @Nullable Instant time(String text) {
    try {
      // An Instant prints up to nine digits of a second, which the shorter forms do not have.
      return text.endsWith("Z")
          ? Instant.parse(text)
          : instant(
              TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Instant instant(TemporalAccessor parsed) {
    return switch (parsed) {
      case OffsetDateTime time -> time.toInstant();
      case LocalDateTime time -> time.toInstant(ZoneOffset.UTC);
      default -> LocalDate.from(parsed).atStartOfDay(ZoneOffset.UTC).toInstant();
    };
  }
}
