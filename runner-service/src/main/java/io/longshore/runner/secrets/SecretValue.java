package io.longshore.runner.secrets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/** What a store answered. */
final class SecretValue {
  /** The Secrets Manager's limit. */
  static final int MOST_BYTES = 64 * 1024;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          // A number is given as it was written.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

  private SecretValue() {}

  /** Without the line end that editors and programs put behind it. */
  static String of(byte[] bytes) throws ProvisionException {
    String value = Bounded.text(bytes, MOST_BYTES).replaceFirst("\\r?\\n\\z", "");
    if (value.isEmpty()) {
      throw ProvisionException.lasting("its value is empty");
    }
    return value;
  }

  /**
   * @param key null for the whole value
   */
  static String member(String value, @Nullable String key) throws ProvisionException {
    if (key == null) {
      return value;
    }
    JsonNode member;
    try {
      JsonNode all = JSON.readTree(value);
      if (!all.isObject()) {
        throw ProvisionException.lasting("its value is not a JSON object");
      }
      member = all.path(key);
    } catch (JsonProcessingException e) {
      // What the parser says quotes the value.
      throw ProvisionException.lasting("its value is not JSON");
    }
    if (member.isMissingNode() || member.isNull()) {
      throw ProvisionException.lasting("its value has no member '%s'".formatted(key));
    }
    String text = member.isValueNode() ? member.asText() : member.toString();
    if (text.indexOf(0) >= 0) {
      throw ProvisionException.lasting("its member '%s' contains a NUL".formatted(key));
    }
    return text;
  }
}
