package io.longshore.api.inbound;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import io.longshore.messages.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The bodies of awsJson1_1. Reading is strict about what the model knows (types, enums, one object
 * and nothing else) and ignores members it does not know, as AWS does for clients that are newer;
 * but not one that would be missed.
 */
public final class AwsJson {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxStringLength(1 << 20)
                  .maxNameLength(10_000)
                  .maxNumberLength(64)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build();

  private static final ObjectMapper WRITER = JsonMapper.builder(FACTORY).build();

  /** More than any member of ECS means, and few enough for every reader of what is stored. */
  private static final int MOST_DIGITS = 60;

  /** ECS skips it there, and whoever meant it waits in vain for requests. */
  private static final Set<String> OF_TASKS = Set.of("RunTaskRequest", "StartTaskRequest");

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private AwsJson() {}

  /** How a body that fits a shape is written. */
  public enum Dialect {
    /** awsJson1_1: members the model does not know are skipped, times are epoch seconds. */
    AWS,
    /** By hand: members the model does not know are refused, times are ISO-8601. */
    PLAIN
  }

  public static byte[] write(Members members) {
    try {
      return WRITER.writeValueAsBytes(members.values());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a body against the shape of its request.
   *
   * @param body UTF-8; an empty one is an empty object
   * @throws EcsException SerializationException, or InvalidParameterException for an enum's value;
   *     both name the member
   */
  public static Members read(byte[] body, Shape.Structure shape) {
    return read(body, shape, Dialect.AWS);
  }

  /** The same in one of the dialects. */
  public static Members read(byte[] body, Shape.Structure shape, Dialect dialect) {
    String text = text(body);
    if (text.isBlank()) {
      return Members.NONE;
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw EcsException.serialization("The body must be a JSON object.");
      }
      Map<String, Object> members = structure(parser, shape, "", dialect);
      if (parser.nextToken() != null) {
        throw EcsException.serialization("The body must end after its JSON object.");
      }
      if (Codec.hasUnstorable(body)) {
        throw EcsException.serialization(
            "The body must not contain a NUL character or half of a surrogate pair.");
      }
      return new Members(members);
    } catch (IOException e) {
      String reason =
          e instanceof JsonProcessingException json
              ? json.getOriginalMessage()
              : String.valueOf(e.getMessage());
      throw EcsException.serialization("The body is not valid JSON: " + Rules.shown(reason));
    }
  }

  private static String text(byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      if (text.startsWith(BYTE_ORDER_MARK)) {
        throw EcsException.serialization("The body must not begin with a byte order mark.");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw EcsException.serialization("The body is not valid UTF-8.");
    }
  }

  private static Map<String, Object> structure(
      JsonParser parser, Shape.Structure shape, String path, Dialect dialect) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Shape member = shape.members().get(name);
      JsonToken token = parser.nextToken();
      String memberPath = path.isEmpty() ? name : path + "." + name;
      if (member == null) {
        skip(parser, shape, memberPath, dialect);
      } else if (token != JsonToken.VALUE_NULL) {
        members.put(name, value(parser, member, memberPath, dialect));
      }
    }
    return members;
  }

  private static void skip(JsonParser parser, Shape.Structure shape, String path, Dialect dialect)
      throws IOException {
    if (dialect == Dialect.PLAIN) {
      String shown = Rules.shown(path);
      throw EcsException.invalid(
              "There is no member '%s' here. There are: %s."
                  .formatted(shown, String.join(", ", new TreeSet<>(shape.members().keySet()))))
          .at(shown);
    }
    if (path.equals("loadBalancers") && OF_TASKS.contains(shape.name())) {
      throw EcsException.invalid(
          "A task that is run directly cannot be behind a load balancer: create a service with loadBalancers.");
    }
    parser.skipChildren();
  }

  /** The parser stands at the value's first token, and afterwards at its last. */
  private static Object value(JsonParser parser, Shape shape, String path, Dialect dialect)
      throws IOException {
    return switch (shape) {
      case Shape.Structure structure -> {
        expect(parser, JsonToken.START_OBJECT, path, "an object");
        yield structure(parser, structure, path, dialect);
      }
      case Shape.ListOf list -> {
        expect(parser, JsonToken.START_ARRAY, path, "a list");
        yield list(parser, list, path, dialect);
      }
      case Shape.MapOf map -> {
        expect(parser, JsonToken.START_OBJECT, path, "an object");
        yield map(parser, map, path, dialect);
      }
      case Shape.Text text -> {
        expect(parser, JsonToken.VALUE_STRING, path, "a string");
        yield allowed(parser.getText(), text, path);
      }
      case Shape.Whole whole -> {
        expect(parser, JsonToken.VALUE_NUMBER_INT, path, "a whole number");
        yield whole(parser, whole, path);
      }
      case Shape.Fraction fraction -> number(parser, path);
      case Shape.Time time ->
          dialect == Dialect.PLAIN ? seconds(parser, path) : number(parser, path);
      case Shape.Anything anything -> anything(parser, path);
      case Shape.Flag flag -> {
        if (!parser.currentToken().isBoolean()) {
          throw mismatch(path, "true or false");
        }
        yield parser.getBooleanValue();
      }
    };
  }

  private static List<Object> list(
      JsonParser parser, Shape.ListOf shape, String path, Dialect dialect) throws IOException {
    List<Object> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(parser, shape.item(), path + "[" + items.size() + "]", dialect));
    }
    return items;
  }

  private static Map<String, Object> map(
      JsonParser parser, Shape.MapOf shape, String path, Dialect dialect) throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_NULL) {
        values.put(name, value(parser, shape.value(), path + "." + Rules.shown(name), dialect));
      }
    }
    return values;
  }

  /** Nulls are left out: an absent member says the same, and nothing here expects one. */
  private static Object anything(JsonParser parser, String path) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          if (parser.nextToken() != JsonToken.VALUE_NULL) {
            members.put(name, anything(parser, path));
          }
        }
        yield members;
      }
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          if (parser.currentToken() != JsonToken.VALUE_NULL) {
            items.add(anything(parser, path));
          }
        }
        yield items;
      }
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser, path);
      default -> parser.getText();
    };
  }

  private static Object whole(JsonParser parser, Shape.Whole shape, String path)
      throws IOException {
    JsonParser.NumberType type = parser.getNumberType();
    if (type == JsonParser.NumberType.INT) {
      return parser.getIntValue();
    }
    if (type == JsonParser.NumberType.LONG && shape.wide()) {
      return parser.getLongValue();
    }
    throw mismatch(path, shape.wide() ? "a number of 64 bits" : "a number of 32 bits");
  }

  private static BigDecimal number(JsonParser parser, String path) throws IOException {
    if (!parser.currentToken().isNumeric()) {
      throw mismatch(path, "a number");
    }
    return storable(parser.getDecimalValue(), path);
  }

  /** The database writes a number out: 1E300 would come back as 301 digits nobody reads again. */
  private static BigDecimal storable(BigDecimal number, String path) {
    if (number.precision() + (long) Math.abs(number.scale()) > MOST_DIGITS) {
      throw mismatch(path, "a number of at most " + MOST_DIGITS + " digits");
    }
    return number;
  }

  private static BigDecimal seconds(JsonParser parser, String path) throws IOException {
    expect(parser, JsonToken.VALUE_STRING, path, "a time such as 2026-01-31T12:00:00Z");
    return time(parser.getText(), path);
  }

  /** Epoch seconds of a time in ISO-8601. */
  public static BigDecimal time(String text, String path) {
    try {
      return BigDecimal.valueOf(OffsetDateTime.parse(text).toInstant().toEpochMilli(), 3);
    } catch (DateTimeException e) {
      throw mismatch(path, "a time such as 2026-01-31T12:00:00Z");
    }
  }

  /** Text of an enum has to be one of its values. */
  public static String allowed(String value, Shape.Text shape, String path) {
    // No database keeps it, and no name, path or environment has it.
    if (value.indexOf('\0') >= 0) {
      throw EcsException.serialization("'%s' must not contain a NUL character.".formatted(path))
          .at(path);
    }
    if (!shape.allowed().isEmpty() && !shape.allowed().contains(value)) {
      throw EcsException.invalid(
              "Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %s"
                  .formatted(Rules.shown(value), path, shape.allowed()))
          .at(path);
    }
    return value;
  }

  private static void expect(JsonParser parser, JsonToken wanted, String path, String words) {
    if (parser.currentToken() != wanted) {
      throw mismatch(path, words);
    }
  }

  /** A value is not of the type its member has. */
  public static EcsException mismatch(String path, String words) {
    return EcsException.serialization("%s must be %s.".formatted(path, words)).at(path);
  }
}
