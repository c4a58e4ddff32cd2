package io.longshore.api.inbound.events;

import io.longshore.api.inbound.TopicLog;
import io.longshore.messages.Topics;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** {@code longshore.events} as the broker keeps it. */
@Singleton
class EventLog extends TopicLog {
  EventLog(@ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers) {
    super(bootstrapServers, Topics.EVENTS);
  }
}
