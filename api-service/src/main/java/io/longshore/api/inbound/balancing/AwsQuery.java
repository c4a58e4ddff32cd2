package io.longshore.api.inbound.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import io.longshore.api.inbound.AwsJson;
import io.longshore.api.inbound.Shape;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of awsQuery: forms in, such as {@code Names.member.1=web}, and XML out. As in {@link
 * AwsJson}, types and enums are read strictly, and members that the model does not know are
 * skipped.
 */
final class AwsQuery {
  /** More than any request has, and few enough for whoever reads them. */
  private static final int PARAMETERS_MAX = 10_000;

  private static final int DEPTH_MAX = 32;

  private static final String ITEM = "member";
  private static final XMLOutputFactory XML = XMLOutputFactory.newFactory();

  private AwsQuery() {}

  /** A form, as the tree that the dots in its names make of it. */
  static final class Form {
    private @Nullable String value;
    private final Map<String, Form> children = new LinkedHashMap<>();

    /** The value of a name; empty where there is none. */
    String text(String name) {
      Form child = children.get(name);
      return child == null || child.value == null ? "" : child.value;
    }

    private void put(String name, String text) {
      String[] path = name.split("\\.", -1);
      if (path.length > DEPTH_MAX) {
        throw EcsException.serialization("A name in the body has too many parts.");
      }
      Form form = this;
      for (String part : path) {
        form = form.children.computeIfAbsent(part, any -> new Form());
      }
      form.value = text;
    }
  }

  /**
   * @throws EcsException SerializationException if it is no form
   */
  static Form form(byte[] body) {
    Form form = new Form();
    String[] pairs = new String(body, StandardCharsets.UTF_8).split("&", -1);
    if (pairs.length > PARAMETERS_MAX) {
      throw EcsException.serialization(
          "The body must have at most %d parameters.".formatted(PARAMETERS_MAX));
    }
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (!pair.isEmpty()) {
        form.put(
            decoded(equals < 0 ? pair : pair.substring(0, equals)),
            equals < 0 ? "" : decoded(pair.substring(equals + 1)));
      }
    }
    return form;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw EcsException.serialization("The body is no form: " + Rules.shown(text));
    }
  }

  /**
   * Reads a form against the shape of its request.
   *
   * @throws EcsException SerializationException, or InvalidParameterException for an enum's value;
   *     both name the member
   */
  static Members read(Form form, Shape.Structure shape) {
    return new Members(structure(form, shape, ""));
  }

  private static Map<String, Object> structure(Form form, Shape.Structure shape, String path) {
    Map<String, Object> members = new LinkedHashMap<>();
    form.children.forEach((name, child) -> {
      Shape member = shape.members().get(name);
      if (member != null) {
        members.put(name, value(child, member, path.isEmpty() ? name : path + "." + name));
      }
    });
    return members;
  }

  private static Object value(Form form, Shape shape, String path) {
    return switch (shape) {
      case Shape.Structure structure -> structure(form, structure, path);
      case Shape.ListOf list -> list(form, list, path);
      case Shape.Text text -> AwsJson.allowed(text(form, path), text, path);
      case Shape.Whole whole -> whole(text(form, path), path);
      case Shape.Flag flag -> flag(text(form, path), path);
      case Shape.Fraction fraction -> throw unexpected(path);
      case Shape.Time time -> throw unexpected(path);
      case Shape.MapOf map -> throw unexpected(path);
      case Shape.Anything anything -> throw unexpected(path);
    };
  }

  private static IllegalStateException unexpected(String path) {
    return new IllegalStateException("no request of ELB has such a member: " + path);
  }

  private static String text(Form form, String path) {
    String text = form.value;
    if (text == null) {
      throw AwsJson.mismatch(path, "a string");
    }
    return PlainText.text(text, path);
  }

  private static int whole(String text, String path) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw AwsJson.mismatch(path, "a number of 32 bits");
    }
  }

  private static boolean flag(String text, String path) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw AwsJson.mismatch(path, "true or false");
    };
  }

  /** Items come in the order of their numbers; an empty value is a list without items. */
  private static List<Object> list(Form form, Shape.ListOf shape, String path) {
    Form items = form.children.get(ITEM);
    Map<Integer, Form> numbered = new TreeMap<>();
    if (items != null) {
      items.children.forEach((number, item) ->
          numbered.put(whole(number, path + "." + ITEM + "." + Rules.shown(number)), item));
    }
    List<Object> values = new ArrayList<>();
    numbered.forEach(
        (number, item) -> values.add(value(item, shape.item(), path + "." + ITEM + "." + number)));
    return values;
  }

  /** The answer to an operation. */
  static byte[] write(
      String operation, String namespace, Members answer, Shape.Structure shape, String requestId) {
    return document(xml -> {
      xml.writeStartElement(operation + "Response");
      xml.writeDefaultNamespace(namespace);
      xml.writeStartElement(operation + "Result");
      members(xml, answer.values(), shape);
      xml.writeEndElement();
      xml.writeStartElement("ResponseMetadata");
      element(xml, "RequestId", requestId);
      xml.writeEndElement();
      xml.writeEndElement();
    });
  }

  /** A refusal. */
  static byte[] error(
      String namespace, boolean ofSender, String code, String message, String requestId) {
    return document(xml -> {
      xml.writeStartElement("ErrorResponse");
      xml.writeDefaultNamespace(namespace);
      xml.writeStartElement("Error");
      element(xml, "Type", ofSender ? "Sender" : "Receiver");
      element(xml, "Code", code);
      element(xml, "Message", message);
      xml.writeEndElement();
      element(xml, "RequestId", requestId);
      xml.writeEndElement();
    });
  }

  interface Writing {
    void to(XMLStreamWriter xml) throws XMLStreamException;
  }

  static byte[] document(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      XMLStreamWriter xml;
      // Factories may be shared by threads only where somebody says so.
      synchronized (XML) {
        xml = XML.createXMLStreamWriter(bytes, "UTF-8");
      }
      xml.writeStartDocument("UTF-8", "1.0");
      writing.to(xml);
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("an answer of ours cannot be written as XML", e);
    }
    return bytes.toByteArray();
  }

  static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  /** What the model does not know has no place in an answer. */
  private static void members(XMLStreamWriter xml, Map<?, ?> values, Shape.Structure shape)
      throws XMLStreamException {
    for (Map.Entry<?, ?> member : values.entrySet()) {
      String name = (String) member.getKey();
      Shape memberShape = shape.members().get(name);
      if (memberShape == null) {
        throw new IllegalStateException("%s has no %s".formatted(shape.name(), name));
      }
      xml.writeStartElement(name);
      value(xml, member.getValue(), memberShape);
      xml.writeEndElement();
    }
  }

  private static void value(XMLStreamWriter xml, Object value, Shape shape)
      throws XMLStreamException {
    switch (shape) {
      case Shape.Structure structure -> members(xml, (Map<?, ?>) value, structure);
      case Shape.ListOf list -> {
        for (Object item : (List<?>) value) {
          xml.writeStartElement(ITEM);
          value(xml, item, list.item());
          xml.writeEndElement();
        }
      }
      case Shape.Time time -> xml.writeCharacters(time((BigDecimal) value));
      case Shape.Text _,
          Shape.Whole _,
          Shape.Flag _,
          Shape.Fraction _,
          Shape.MapOf _,
          Shape.Anything _ ->
          xml.writeCharacters(value.toString());
    }
  }

  private static String time(BigDecimal epochSeconds) {
    return Instant.ofEpochMilli(epochSeconds.movePointRight(3).longValue())
        .truncatedTo(ChronoUnit.MILLIS)
        .toString();
  }
}
