package io.longshore.scheduler.inbound;

import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Report;
import io.longshore.messages.Topics;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A record as it was read. */
sealed interface Incoming {
  /** A W3C traceparent has 55 characters; much more is somebody's mischief. */
  int TRACEPARENT_BYTES_MAX = 128;

  ConsumerRecord<String, byte[]> record();

  /** What it is, for whoever looks at a trace. */
  default String kind() {
    return switch (this) {
      case Asked asked -> asked.envelope().command().getClass().getSimpleName();
      case Told told -> told.report().getClass().getSimpleName();
      case Unreadable unreadable -> "unreadable record";
    };
  }

  /** The trace the record belongs to; null for none. */
  default @Nullable String traceparent() {
    Header header = record().headers().lastHeader(Topics.TRACEPARENT);
    return header == null || header.value() == null || header.value().length > TRACEPARENT_BYTES_MAX
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** A command. */
  record Asked(ConsumerRecord<String, byte[]> record, CommandEnvelope envelope)
      implements Incoming {}

  /** A report. */
  record Told(ConsumerRecord<String, byte[]> record, Report report) implements Incoming {}

  /** None of ours. */
  record Unreadable(ConsumerRecord<String, byte[]> record, String reason) implements Incoming {}
}
