package io.longshore.api.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.longshore.api.inbound.Shape;
import java.util.List;
import java.util.TreeMap;

/** Requests for one operation: valid ones, and ones with a member that cannot be right. */
public final class Samples {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String LONG = "x".repeat(10_000);

  private final Coverage.Operation operation;
  private final Things things;

  public Samples(Coverage.Operation operation, Things things) {
    this.operation = operation;
    this.things = things;
  }

  /** The least that is accepted. */
  public ObjectNode least() {
    return (ObjectNode) things.json(operation.request());
  }

  /** The least, and a valid value of one member. */
  public ObjectNode with(String path) {
    return with(path, valid(path));
  }

  /** The least, and one member as given. */
  public ObjectNode with(String path, JsonNode value) {
    ObjectNode request = least();
    put(request, "", List.of(path.split("\\.")), value);
    return request;
  }

  /** The least, and one member with this value, one of an enum. */
  public ObjectNode with(Coverage.Member member) {
    return member.value() == null
        ? with(member.path(), sample(member))
        : with(
            member.path(),
            wrapped(shape(member.path()), NODES.textNode(String.valueOf(member.value()))));
  }

  /** Everything the model has, all at once. */
  public ObjectNode everything() {
    ObjectNode request = least();
    new TreeMap<>(EcsModel.request(operation.name()).members())
        .forEach((name, shape) -> {
          if (!request.has(name)) {
            request.set(name, valid(name));
          }
        });
    return request;
  }

  private JsonNode sample(Coverage.Member member) {
    String sample = member.sample();
    if (sample != null) {
      return things.json(sample);
    }
    List<JsonNode> given = Trees.at(least(), member.path());
    return given.isEmpty() ? generated(shape(member.path()), member.path()) : given.getFirst();
  }

  private JsonNode valid(String path) {
    Coverage.Member member = operation.member(path);
    return member == null ? generated(shape(path), path) : sample(member);
  }

  private Shape shape(String path) {
    Shape shape = EcsModel.members(operation.name()).get(path);
    if (shape == null) {
      throw new IllegalArgumentException(operation.name() + " has no " + path);
    }
    return shape;
  }

  private static JsonNode wrapped(Shape shape, JsonNode value) {
    return shape instanceof Shape.ListOf list
        ? NODES.arrayNode().add(wrapped(list.item(), value))
        : value;
  }

  /** A value the model allows. */
  private JsonNode generated(Shape shape, String path) {
    return switch (shape) {
      case Shape.Structure structure -> {
        ObjectNode object = NODES.objectNode();
        new TreeMap<>(structure.members())
            .keySet()
            .forEach(name -> object.set(name, valid(path + "." + name)));
        yield object;
      }
      case Shape.ListOf list -> NODES.arrayNode().add(generated(list.item(), path));
      case Shape.MapOf map -> NODES.objectNode().set("key", generated(map.value(), path));
      case Shape.Text text ->
          NODES.textNode(text.allowed().isEmpty() ? "text" : text.allowed().getFirst());
      case Shape.Whole whole -> NODES.numberNode(1);
      case Shape.Fraction fraction -> NODES.numberNode(1.5);
      case Shape.Flag flag -> NODES.booleanNode(true);
      case Shape.Time time -> NODES.numberNode(1_700_000_000.5);
      case Shape.Anything anything -> NODES.objectNode().put("any", "thing");
    };
  }

  /** Values of another JSON type than the model says; every one is a SerializationException. */
  public static List<JsonNode> ofAnotherType(Shape shape) {
    JsonNode text = NODES.textNode("text");
    JsonNode number = NODES.numberNode(7);
    JsonNode object = NODES.objectNode().put("any", "thing");
    return switch (shape) {
      case Shape.Structure structure -> List.of(text, number, NODES.arrayNode().add(1));
      case Shape.ListOf list -> List.of(text, object);
      case Shape.MapOf map -> List.of(text, NODES.arrayNode().add(1));
      case Shape.Text string -> List.of(number, object, NODES.arrayNode(), NODES.textNode("a\0b"));
      case Shape.Whole whole ->
          List.of(
              text,
              NODES.numberNode(1.5),
              NODES.numberNode(new java.math.BigInteger("9".repeat(30))));
      case Shape.Fraction fraction -> List.of(text, NODES.booleanNode(true));
      case Shape.Flag flag -> List.of(text, number);
      case Shape.Time time -> List.of(text, object);
      case Shape.Anything anything -> List.of();
    };
  }

  /** Values of the right type that ECS may or may not like. */
  public static List<JsonNode> extremes(Shape shape) {
    return switch (shape) {
      case Shape.Structure structure -> List.of(NODES.nullNode(), NODES.objectNode());
      case Shape.ListOf list -> List.of(NODES.nullNode(), NODES.arrayNode(), many(list.item()));
      case Shape.MapOf map ->
          List.of(NODES.nullNode(), NODES.objectNode(), NODES.objectNode().put("", LONG));
      case Shape.Text text ->
          text.allowed().isEmpty()
              ? List.of(
                  NODES.nullNode(),
                  NODES.textNode(""),
                  NODES.textNode(LONG),
                  NODES.textNode("\u001b[31m \u202e/../%00'\"; arn:aws:ecs"))
              : List.of(NODES.nullNode());
      case Shape.Whole whole ->
          List.of(
              NODES.nullNode(),
              NODES.numberNode(0),
              NODES.numberNode(-1),
              NODES.numberNode(Integer.MAX_VALUE),
              NODES.numberNode(Integer.MIN_VALUE));
      case Shape.Fraction fraction ->
          List.of(NODES.nullNode(), NODES.numberNode(-1), NODES.numberNode(1e300));
      case Shape.Flag flag -> List.of(NODES.nullNode(), NODES.booleanNode(false));
      case Shape.Time time -> List.of(NODES.nullNode(), NODES.numberNode(-1));
      case Shape.Anything anything ->
          List.of(
              NODES.nullNode(),
              NODES.arrayNode().addNull().add(NODES.objectNode().putNull("any")),
              NODES.numberNode(7));
    };
  }

  private static ArrayNode many(Shape item) {
    ArrayNode list = NODES.arrayNode();
    for (int i = 0; i < 101; i++) {
      list.add(
          switch (item) {
            case Shape.Text text ->
                NODES.textNode(text.allowed().isEmpty() ? "text" + i : text.allowed().getFirst());
            case Shape.Whole whole -> NODES.numberNode(i);
            default -> NODES.objectNode();
          });
    }
    return list;
  }

  private void put(ObjectNode object, String prefix, List<String> path, JsonNode value) {
    String name = path.getFirst();
    if (path.size() == 1) {
      object.set(name, value);
      return;
    }
    Shape member = shape(prefix + name);
    if (!object.has(name) || object.get(name).isEmpty()) {
      Coverage.Member said = operation.member(prefix + name);
      object.set(
          name,
          said == null || said.sample() == null
              ? wrapped(member, NODES.objectNode())
              : sample(said));
    }
    JsonNode inner = object.get(name);
    while (inner.isArray()) {
      inner = inner.get(0);
    }
    put((ObjectNode) inner, prefix + name + ".", path.subList(1, path.size()), value);
  }
}
