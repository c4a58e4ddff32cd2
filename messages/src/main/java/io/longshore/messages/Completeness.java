package io.longshore.messages;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a decoded message has every member that is not {@link Nullable}. JSON knows no
 * obligatory members, and a null where the types promise none would surface far from its cause.
 */
final class Completeness {
  private static final ClassValue<List<Part>> PARTS =
      new ClassValue<>() {
        @Override
        protected List<Part> computeValue(Class<?> type) {
          return Arrays.stream(type.getRecordComponents()).map(Part::of).toList();
        }
      };

  private record Part(RecordComponent component, boolean obligatory) {
    static Part of(RecordComponent component) {
      // A message need not be public to be checked.
      component.getAccessor().setAccessible(true);
      boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
      return new Part(component, !nullable && !component.getType().isPrimitive());
    }
  }

  private Completeness() {}

  /**
   * The path of the first member that is missing, or null. Every message is checked and hardly ever
   * one lacks something, so the path is put together on the way back.
   */
  static @Nullable String firstMissing(@Nullable Object value) {
    return switch (value) {
      case Record message -> inRecord(message);
      case Collection<?> items -> inItems(items);
      case Map<?, ?> entries -> inItems(entries.values());
      case null, default -> null;
    };
  }

  private static @Nullable String inItems(Collection<?> items) {
    int index = 0;
    for (Object item : items) {
      String missing = item == null ? "" : firstMissing(item);
      if (missing != null) {
        return path("[" + index + "]", missing);
      }
      index++;
    }
    return null;
  }

  private static @Nullable String inRecord(Record message) {
    for (Part part : PARTS.get(message.getClass())) {
      Object value = read(message, part.component());
      String missing = value == null && part.obligatory() ? "" : firstMissing(value);
      if (missing != null) {
        return path(part.component().getName(), missing);
      }
    }
    return null;
  }

  /**
   * @param within empty for the member itself
   */
  private static String path(String member, String within) {
    return within.isEmpty() || within.startsWith("[") ? member + within : member + "." + within;
  }

  private static @Nullable Object read(Record message, RecordComponent part) {
    try {
      return part.getAccessor().invoke(message);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("an accessor of a message failed", e);
    }
  }
}
