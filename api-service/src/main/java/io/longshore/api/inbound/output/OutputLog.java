package io.longshore.api.inbound.output;

import io.longshore.api.inbound.TopicLog;
import io.longshore.messages.Topics;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** {@code longshore.output} as the broker keeps it. */
@Singleton
class OutputLog extends TopicLog {
  OutputLog(@ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers) {
    super(bootstrapServers, Topics.OUTPUT);
  }
}
