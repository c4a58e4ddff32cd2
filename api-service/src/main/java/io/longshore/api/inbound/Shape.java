package io.longshore.api.inbound;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/**
 * A type of the ECS model, as the AWS SDK's classes describe it: which members an object has, and
 * of what types. Found once per class and kept.
 */
public sealed interface Shape {

  /**
   * An object with members of its own.
   *
   * @param name the model's, such as {@code LoadBalancer}
   */
  record Structure(String name, Map<String, Shape> members) implements Shape {}

  /** A list. */
  record ListOf(Shape item) implements Shape {}

  /** An object with members of any name. */
  record MapOf(Shape value) implements Shape {}

  /**
   * Text.
   *
   * @param allowed the values of an enum; empty for any text
   */
  record Text(List<String> allowed) implements Shape {}

  /** A number without a fraction; {@code wide} for 64 bits. */
  record Whole(boolean wide) implements Shape {}

  /** A number with a fraction. */
  record Fraction() implements Shape {}

  /** True or false. */
  record Flag() implements Shape {}

  /** Epoch seconds. */
  record Time() implements Shape {}

  /** Any JSON at all. */
  record Anything() implements Shape {}

  /** The shape of a class of the SDK's model. */
  static Structure of(Class<?> model) {
    return Shapes.of(model);
  }

  /** Reads the SDK's classes. */
  final class Shapes {
    private static final Map<Class<?>, Structure> KNOWN = new ConcurrentHashMap<>();

    private Shapes() {}

    static Structure of(Class<?> model) {
      // Not computeIfAbsent: shapes are found inside of one another.
      Structure known = KNOWN.get(model);
      if (known == null) {
        known = read(model);
        KNOWN.put(model, known);
      }
      return known;
    }

    private static Structure read(Class<?> model) {
      try {
        SdkPojo builder = (SdkPojo) model.getMethod("builder").invoke(null);
        Map<String, Shape> members = new HashMap<>();
        for (SdkField<?> field : builder.sdkFields()) {
          members.put(field.locationName(), shape(field, declared(model, field)));
        }
        return new Structure(model.getSimpleName(), Map.copyOf(members));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("not a model class of the AWS SDK: " + model, e);
      }
    }

    private static Shape shape(SdkField<?> field, @Nullable Type declared) {
      MarshallingType<?> type = field.marshallingType();
      if (type.equals(MarshallingType.STRING)) {
        return new Text(constants(declared));
      } else if (type.equals(MarshallingType.INTEGER) || type.equals(MarshallingType.LONG)) {
        return new Whole(type.equals(MarshallingType.LONG));
      } else if (type.equals(MarshallingType.DOUBLE) || type.equals(MarshallingType.FLOAT)) {
        return new Fraction();
      } else if (type.equals(MarshallingType.BOOLEAN)) {
        return new Flag();
      } else if (type.equals(MarshallingType.INSTANT)) {
        return new Time();
      } else if (type.equals(MarshallingType.DOCUMENT)) {
        return new Anything();
      } else if (type.equals(MarshallingType.SDK_POJO)) {
        return of(field.constructor().get().getClass().getEnclosingClass());
      } else if (type.equals(MarshallingType.LIST)) {
        SdkField<?> item = field.getTrait(ListTrait.class).memberFieldInfo();
        return new ListOf(shape(item, argument(declared, 0)));
      } else if (type.equals(MarshallingType.MAP)) {
        SdkField<?> value = field.getTrait(MapTrait.class).valueFieldInfo();
        return new MapOf(shape(value, argument(declared, 1)));
      }
      throw new IllegalStateException("ECS has no member of type " + type);
    }

    /** What the member's getter returns: the only place where the SDK says that text is an enum. */
    private static @Nullable Type declared(Class<?> model, SdkField<?> field) {
      String name = field.memberName();
      String getter = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
      return Arrays.stream(model.getMethods())
          .filter(method -> method.getName().equals(getter) && method.getParameterCount() == 0)
          .map(Method::getGenericReturnType)
          .findFirst()
          .orElse(null);
    }

    private static @Nullable Type argument(@Nullable Type type, int index) {
      return type instanceof ParameterizedType parameterized
          ? parameterized.getActualTypeArguments()[index]
          : null;
    }

    private static List<String> constants(@Nullable Type type) {
      return type instanceof Class<?> enumType && enumType.isEnum()
          ? Arrays.stream(enumType.getEnumConstants())
              .map(Object::toString)
              .filter(text -> !"null".equals(text))
              .toList()
          : List.of();
    }
  }
}
