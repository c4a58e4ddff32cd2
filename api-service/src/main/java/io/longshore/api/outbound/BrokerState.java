package io.longshore.api.outbound;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether a command may be sent: the topics are there, and whatever is replied from now on is seen.
 */
@ApplicationScoped
@Identifier("api-replies-in")
public class BrokerState implements KafkaConsumerRebalanceListener {
  private volatile boolean topologyReady;
  private volatile boolean listening;

  /** Called once, when all topics are there as they should be. */
  public void topologyReady() {
    topologyReady = true;
  }

  public boolean ready() {
    return topologyReady && listening;
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    // "From now on" begins when the position is looked up, so look it up before anything is sent.
    partitions.forEach(consumer::position);
    listening = !partitions.isEmpty();
  }

  @Override
  public void onPartitionsRevoked(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    listening = false;
  }

  @Override
  public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    listening = false;
  }

  /** For tests without a broker. */
  void assumeReady() {
    topologyReady = true;
    listening = true;
  }

  /** Shown as {@code longshore-api-commands}. */
  @Readiness
  @ApplicationScoped
  static class CommandsCheck implements HealthCheck {
    private final BrokerState state;

    CommandsCheck(@Identifier("api-replies-in") BrokerState state) {
      this.state = state;
    }

    @Override
    public HealthCheckResponse call() {
      return HealthCheckResponse.named("longshore-api-commands").status(state.ready()).build();
    }
  }
}
