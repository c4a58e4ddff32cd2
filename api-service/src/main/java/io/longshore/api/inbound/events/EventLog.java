package io.longshore.api.inbound.events;

import io.longshore.api.inbound.TopicLog;
import io.longshore.messages.BrokerConnection;
import io.longshore.messages.Topics;
import jakarta.inject.Singleton;

/** {@code longshore.events} as the broker keeps it. */
@Singleton
class EventLog extends TopicLog {
  EventLog(BrokerConnection connection) {
    super(connection, Topics.EVENTS);
  }
}
