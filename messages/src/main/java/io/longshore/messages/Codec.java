package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.datatype.jsr310.deser.InstantDeserializer;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Messages to bytes and back: UTF-8 JSON, absent members left out, times as ISO-8601 text. */
public final class Codec {
  /** Deeper or longer input than any message of ours is refused before it costs memory. */
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(64)
          .maxStringLength(1 << 20)
          .maxNumberLength(100)
          .build();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(LIMITS).build())
          .addModule(new JavaTimeModule().addDeserializer(Instant.class, new BoundedTimes()))
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * A clock gone mad may tell times that no database can store. They are brought within the years 1
   * to 9999: what a message says besides is worth more than such a time.
   */
  private static final class BoundedTimes extends StdDeserializer<Instant> {
    private static final long serialVersionUID = 1L;
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    BoundedTimes() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      Instant told = InstantDeserializer.INSTANT.deserialize(parser, context);
      if (told.isBefore(FIRST)) {
        return FIRST;
      }
      return told.isAfter(LAST) ? LAST : told;
    }
  }

  private Codec() {}

  public static byte[] encode(Object message) {
    try {
      return MAPPER.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message of ours cannot be written as JSON", e);
    }
  }

  /** The same as {@link #encode}, for columns of type {@code jsonb}. */
  public static String encodeText(Object message) {
    try {
      return MAPPER.writeValueAsString(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message of ours cannot be written as JSON", e);
    }
  }

  /**
   * @throws UnreadableMessageException if the bytes are not a {@code T}; its message is bounded and
   *     fit for a log
   */
  public static <T> T decode(byte @Nullable [] bytes, Class<T> type)
      throws UnreadableMessageException {
    if (bytes == null || bytes.length == 0) {
      throw new UnreadableMessageException("the record has no value");
    }
    if (hasUnstorable(bytes)) {
      throw new UnreadableMessageException(
          "not a " + type.getSimpleName() + ": it contains a NUL or half of a surrogate pair");
    }
    try {
      T message = MAPPER.readValue(bytes, type);
      if (message == null) {
        throw new UnreadableMessageException("the record's value is null");
      }
      String missing = Completeness.firstMissing(message);
      if (missing != null) {
        throw new UnreadableMessageException(
            "not a " + type.getSimpleName() + ": " + missing + " is missing");
      }
      return message;
    } catch (IOException e) {
      throw new UnreadableMessageException(reason(type, e));
    }
  }

  /**
   * Whether a string in this JSON has what PostgreSQL can store neither as text nor as JSON, and
   * what UTF-8 has no bytes for: a NUL character, or half of a surrogate pair.
   */
  public static boolean hasUnstorable(byte[] json) {
    int i = 0;
    while (i < json.length) {
      if (json[i] == '\\') {
        int unit = escaped(json, i);
        boolean high = unit >= 0 && Character.isHighSurrogate((char) unit);
        int next = high ? escaped(json, i + 6) : -1;
        boolean pair = next >= 0 && Character.isLowSurrogate((char) next);
        if (unit == 0 || (unit >= 0 && Character.isSurrogate((char) unit) && !pair)) {
          return true;
        }
        i += pair ? 12 : 2;
      } else if (json[i] == (byte) 0xED && i + 1 < json.length && (json[i + 1] & 0xE0) == 0xA0) {
        // Three bytes that would stand for a surrogate; parsers let them pass.
        return true;
      } else {
        i++;
      }
    }
    return false;
  }

  /** The UTF-16 unit that is written as an escape here, or -1. */
  private static int escaped(byte[] json, int at) {
    if (at + 5 >= json.length || json[at] != '\\' || json[at + 1] != 'u') {
      return -1;
    }
    int unit = 0;
    for (int i = at + 2; i < at + 6; i++) {
      int digit = Character.digit(json[i], 16);
      if (digit < 0) {
        return -1;
      }
      unit = unit * 16 + digit;
    }
    return unit;
  }

  /**
   * @throws IllegalStateException if the text is not a {@code T}: such text only ever comes from
   *     our own database
   */
  public static <T> T decodeStored(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(reason(type, e), e);
    }
  }

  private static String reason(Class<?> type, IOException e) {
    String detail =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    String text = "not a " + type.getSimpleName() + ": " + detail;
    String printable = text.replaceAll("\\p{Cntrl}", " ");
    return printable.length() <= 300 ? printable : printable.substring(0, 300) + "…";
  }
}
