package io.longshore.api.inbound;

import io.longshore.tracing.Spans;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * W3C trace context: the caller's trace goes on with a span of ours, or a new one begins.
 *
 * @param id 32 hexadecimal digits
 * @param traceparent the header that what follows carries
 */
public record Trace(String id, String traceparent) {
  private static final Pattern HEADER =
      Pattern.compile("00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})");

  public static Trace of(@Nullable String header) {
    Matcher matcher = HEADER.matcher(header == null ? "" : header);
    boolean goesOn = matcher.matches();
    String id = goesOn ? matcher.group(1) : hex(16);
    String flags = goesOn ? matcher.group(2) : "01";
    return new Trace(id, "00-%s-%s-%s".formatted(id, hex(8), flags));
  }

  /** The trace whose span is open here, or the caller's where none is recorded. */
  public static Trace of(Spans.Open span) {
    String header = span.traceparent();
    Matcher matcher = HEADER.matcher(header == null ? "" : header);
    return span.isRecording() && header != null && matcher.matches()
        ? new Trace(matcher.group(1), header)
        : of(header);
  }

  private static String hex(int length) {
    byte[] bytes = new byte[length];
    ThreadLocalRandom.current().nextBytes(bytes);
    // All zeros would mean "no trace".
    bytes[0] |= 1;
    return HexFormat.of().formatHex(bytes);
  }
}
