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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bodies of awsJson1_1. Reading is strict about what the model knows (types, enums, one object
 * and nothing else) and ignores members it does not know, as AWS does for clients that are newer.
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
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private AwsJson() {}

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
    String text = text(body);
    if (text.isBlank()) {
      return Members.NONE;
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw EcsException.serialization("The body must be a JSON object.");
      }
      Map<String, Object> members = structure(parser, shape, "");
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
      JsonParser parser, Shape.Structure shape, String path) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Shape member = shape.members().get(name);
      JsonToken token = parser.nextToken();
      if (member == null) {
        parser.skipChildren();
      } else if (token != JsonToken.VALUE_NULL) {
        members.put(name, value(parser, member, path.isEmpty() ? name : path + "." + name));
      }
    }
    return members;
  }

  /** The parser stands at the value's first token, and afterwards at its last. */
  private static Object value(JsonParser parser, Shape shape, String path) throws IOException {
    return switch (shape) {
      case Shape.Structure structure -> {
        expect(parser, JsonToken.START_OBJECT, path, "an object");
        yield structure(parser, structure, path);
      }
      case Shape.ListOf list -> {
        expect(parser, JsonToken.START_ARRAY, path, "a list");
        yield list(parser, list, path);
      }
      case Shape.MapOf map -> {
        expect(parser, JsonToken.START_OBJECT, path, "an object");
        yield map(parser, map, path);
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
      case Shape.Time time -> number(parser, path);
      case Shape.Anything anything -> anything(parser);
      case Shape.Flag flag -> {
        if (!parser.currentToken().isBoolean()) {
          throw mismatch(path, "true or false");
        }
        yield parser.getBooleanValue();
      }
    };
  }

  private static List<Object> list(JsonParser parser, Shape.ListOf shape, String path)
      throws IOException {
    List<Object> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(parser, shape.item(), path + "[" + items.size() + "]"));
    }
    return items;
  }

  private static Map<String, Object> map(JsonParser parser, Shape.MapOf shape, String path)
      throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_NULL) {
        values.put(name, value(parser, shape.value(), path + "." + Rules.shown(name)));
      }
    }
    return values;
  }

  private static Object anything(JsonParser parser) throws IOException {
    Object value = WRITER.readValue(parser, Object.class);
    return value == null ? Map.of() : value;
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
    return parser.getDecimalValue();
  }

  private static String allowed(String value, Shape.Text shape, String path) {
    // No database keeps it, and no name, path or environment has it.
    if (value.indexOf('\0') >= 0) {
      throw EcsException.serialization("'%s' must not contain a NUL character.".formatted(path));
    }
    if (!shape.allowed().isEmpty() && !shape.allowed().contains(value)) {
      throw EcsException.invalid(
          "Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %s"
              .formatted(Rules.shown(value), path, shape.allowed()));
    }
    return value;
  }

  private static void expect(JsonParser parser, JsonToken wanted, String path, String words) {
    if (parser.currentToken() != wanted) {
      throw mismatch(path, words);
    }
  }

  private static EcsException mismatch(String path, String words) {
    return EcsException.serialization("%s must be %s.".formatted(path, words));
  }
}
