package io.longshore.api.outbound;

import io.longshore.messages.BrokerConnection;
import io.longshore.messages.Topology;
import io.longshore.messages.Topology.WrongTopologyException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees to the topics at start, on a thread of its own, for as long as it takes: the brokers may
 * come later than this process. Topics that contradict the configuration end it.
 */
@ApplicationScoped
public class TopicsAtStart {
  private static final Logger LOG = Logger.getLogger(TopicsAtStart.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final BrokerState broker;
  private final Topology topology;
  private final BrokerConnection connection;
  private final boolean enabled;
  private @Nullable Thread thread;

  TopicsAtStart(
      @Identifier("api-replies-in") BrokerState broker,
      @ConfigProperty(name = "longshore.shards") int shards,
      @ConfigProperty(name = "longshore.order-partitions") int orderPartitions,
      @ConfigProperty(name = "longshore.replication-factor") short replicationFactor,
      @ConfigProperty(name = "longshore.output-topic.retention") Duration outputRetention,
      @ConfigProperty(name = "longshore.output-topic.bytes") long outputBytes,
      BrokerConnection connection,
      @ConfigProperty(name = "longshore.api.check-topics") boolean enabled) {
    this.broker = broker;
    this.topology =
        new Topology(
            shards,
            orderPartitions,
            replicationFactor,
            new Topology.OutputRetention(outputRetention, outputBytes));
    this.connection = connection;
    this.enabled = enabled;
  }

  void start(@Observes StartupEvent event) {
    if (enabled) {
      thread = Thread.ofVirtual().name("api-topics").start(this::ensure);
    }
  }

  void stop(@Observes ShutdownEvent event) {
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void ensure() {
    boolean told = false;
    try {
      while (true) {
        try (Admin admin = admin()) {
          topology.ensure(admin);
          broker.topologyReady();
          return;
        } catch (ExecutionException | RuntimeException e) {
          if (e instanceof WrongTopologyException wrong) {
            throw wrong;
          }
          if (!told) {
            LOG.warnf(
                "Kafka at %s cannot be reached yet: %s",
                connection.bootstrapServers(), e.getMessage());
            told = true;
          }
        }
        Thread.sleep(PAUSE);
      }
    } catch (WrongTopologyException e) {
      LOG.fatal(e.getMessage());
      Quarkus.asyncExit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Admin admin() {
    return Admin.create(
        connection.and(
            Map.of(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                3000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                5000)));
  }
}
