package io.longshore.api.inbound;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The things a batch call names. */
final class Items {
  private Items() {}

  /**
   * What each given name stands for; those that cannot be of ours are left out.
   *
   * @return by the name as given, in the order given
   */
  static <T> Map<String, T> resolve(List<String> given, Function<String, @Nullable T> resolver) {
    Map<String, T> result = new LinkedHashMap<>();
    for (String name : given) {
      T item = resolver.apply(name);
      if (item != null) {
        result.put(name, item);
      }
    }
    return result;
  }
}
