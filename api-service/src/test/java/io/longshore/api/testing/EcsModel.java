package io.longshore.api.testing;

import io.longshore.api.inbound.Shape;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.EcsRequest;

/** The public model of ECS, as the classes of the AWS SDK tell it. */
public final class EcsModel {
  private static final String PACKAGE = "software.amazon.awssdk.services.ecs.model.";

  /** What every operation can end in, by ECS's own words or by those of the protocol. */
  private static final Set<String> COMMON =
      Set.of(
          "AccessDeniedException",
          "ClientException",
          "InvalidParameterException",
          "SerializationException",
          "ServerException",
          "ThrottlingException",
          "UnknownOperationException");

  private static final SortedMap<String, Method> OPERATIONS = new TreeMap<>();

  static {
    Arrays.stream(EcsClient.class.getMethods())
        .filter(method -> method.getParameterCount() == 1)
        .filter(method -> EcsRequest.class.isAssignableFrom(method.getParameterTypes()[0]))
        .filter(method -> method.getReturnType().getSimpleName().endsWith("Response"))
        .forEach(method ->
            OPERATIONS.put(method.getReturnType().getSimpleName().replace("Response", ""), method));
  }

  private EcsModel() {}

  /** In alphabetical order. */
  public static Set<String> operations() {
    return OPERATIONS.keySet();
  }

  public static Shape.Structure request(String operation) {
    return shape(operation + "Request");
  }

  public static Shape.Structure response(String operation) {
    return shape(operation + "Response");
  }

  private static Shape.Structure shape(String name) {
    try {
      return Shape.of(Class.forName(PACKAGE + name));
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("ECS has no " + name, e);
    }
  }

  /** The errors an operation may answer. */
  public static Set<String> errors(String operation) {
    Set<String> errors = new HashSet<>(COMMON);
    Method method = OPERATIONS.get(operation);
    if (method == null) {
      throw new IllegalArgumentException("ECS has no " + operation);
    }
    for (Class<?> type : method.getExceptionTypes()) {
      if (EcsException.class.isAssignableFrom(type) && type != EcsException.class) {
        errors.add(type.getSimpleName());
      }
    }
    return errors;
  }

  /**
   * Every member of a request, those inside of others as {@code outer.inner}; lists add nothing to
   * a path. In alphabetical order.
   */
  public static SortedMap<String, Shape> members(String operation) {
    SortedMap<String, Shape> members = new TreeMap<>();
    collect(request(operation), "", members);
    return members;
  }

  private static void collect(Shape.Structure shape, String prefix, Map<String, Shape> members) {
    shape
        .members()
        .forEach((name, member) -> {
          members.put(prefix + name, member);
          if (item(member) instanceof Shape.Structure inner) {
            collect(inner, prefix + name + ".", members);
          }
        });
  }

  /** What a list is a list of; anything else is itself. */
  public static Shape item(Shape shape) {
    return shape instanceof Shape.ListOf list ? item(list.item()) : shape;
  }
}
