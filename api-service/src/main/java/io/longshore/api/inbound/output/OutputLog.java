package io.longshore.api.inbound.output;

import io.longshore.api.inbound.TopicLog;
import io.longshore.messages.BrokerConnection;
import io.longshore.messages.Topics;
import jakarta.inject.Singleton;

/** {@code longshore.output} as the broker keeps it. */
@Singleton
class OutputLog extends TopicLog {
  OutputLog(BrokerConnection connection) {
    super(connection, Topics.OUTPUT);
  }
}
