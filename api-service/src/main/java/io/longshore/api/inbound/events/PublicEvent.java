package io.longshore.api.inbound.events;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.longshore.api.core.EventSubject;
import io.longshore.api.core.Members;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code longshore.events}.
 *
 * @param json on one line; null for a record that is no JSON object, which is nobody's to read
 */
record PublicEvent(int partition, long offset, EventSubject subject, @Nullable String json) {
  private static final JsonMapper READER = new JsonMapper();
  private static final EventSubject UNKNOWN = new EventSubject(null, null, null);

  @SuppressWarnings("unchecked")
  static PublicEvent of(ConsumerRecord<byte[], byte[]> record) {
    try {
      byte[] value = record.value() == null ? new byte[0] : record.value();
      Members envelope = new Members(READER.readValue(value, Map.class));
      String json = new String(value, StandardCharsets.UTF_8).replaceAll("[\\r\\n]+", " ");
      return new PublicEvent(record.partition(), record.offset(), EventSubject.of(envelope), json);
    } catch (IOException | RuntimeException e) {
      // Anybody may have written it; the offset counts all the same.
      return new PublicEvent(record.partition(), record.offset(), UNKNOWN, null);
    }
  }

  int size() {
    return json == null ? 0 : json.length();
  }
}
