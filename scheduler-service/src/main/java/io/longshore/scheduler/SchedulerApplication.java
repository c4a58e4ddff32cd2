package io.longshore.scheduler;

import io.longshore.messages.Arns;
import io.longshore.messages.BrokerConnection;
import io.longshore.messages.SteadyClock;
import io.longshore.messages.Topology;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.inbound.LaneMetrics;
import io.longshore.scheduler.inbound.ShardConsumer;
import io.longshore.scheduler.store.ShardStore;
import io.longshore.tracing.Spans;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts and stops the scheduler. Kafka and PostgreSQL may both be away when it starts: it waits
 * for them, and says so in its health.
 */
@Singleton
public class SchedulerApplication {
  private static final Logger LOG = Logger.getLogger(SchedulerApplication.class);
  private static final Duration RETRY = Duration.ofMillis(250);

  private final SchedulerSettings settings;
  private final DataSource dataSource;
  private final Flyway flyway;
  private final Topology topology;
  private final Arns arns;
  private final BrokerConnection connection;
  private final LaneMetrics metrics;
  private final Spans spans;
  private final SteadyClock clock = new SteadyClock();
  private volatile @Nullable ShardConsumer consumer;
  private volatile @Nullable Thread thread;
  private volatile boolean stopped;

  public SchedulerApplication(
      SchedulerSettings settings,
      DataSource dataSource,
      Flyway flyway,
      MeterRegistry meters,
      OpenTelemetry telemetry,
      @ConfigProperty(name = "longshore.shards") int shards,
      @ConfigProperty(name = "longshore.order-partitions") int orderPartitions,
      @ConfigProperty(name = "longshore.replication-factor") short replicationFactor,
      @ConfigProperty(name = "longshore.output-topic.retention") Duration outputRetention,
      @ConfigProperty(name = "longshore.output-topic.bytes") long outputBytes,
      @ConfigProperty(name = "longshore.region") String region,
      @ConfigProperty(name = "longshore.account") String account,
      Config configuration) {
    this.settings = settings;
    this.dataSource = dataSource;
    this.flyway = flyway;
    this.topology =
        new Topology(
            shards,
            orderPartitions,
            replicationFactor,
            new Topology.OutputRetention(outputRetention, outputBytes));
    this.arns = new Arns(region, account);
    this.connection = BrokerConnection.of(key -> configuration.getOptionalValue(key, String.class));
    this.metrics = new LaneMetrics(meters);
    this.spans = new Spans(telemetry, "io.longshore.scheduler");
  }

  void start(@Observes StartupEvent event) {
    thread = Thread.ofPlatform().name("scheduler").start(this::run);
    Thread.ofVirtual().name("scheduler-housekeeping").start(this::keepHouse);
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopped = true;
    ShardConsumer running = consumer;
    if (running != null) {
      running.stop();
    }
    Thread worker = thread;
    if (worker != null) {
      worker.interrupt();
      worker.join(Duration.ofSeconds(5));
    }
  }

  /** What its decisions are made by. */
  InstantSource clock() {
    return clock;
  }

  /** What the scheduler is doing; null while it waits for Kafka or PostgreSQL. */
  ShardConsumer.@Nullable Progress progress() {
    ShardConsumer running = consumer;
    return running == null ? null : running.progress();
  }

  private void run() {
    while (!stopped) {
      try {
        Brokers brokers = prepare();
        if (brokers != null) {
          schedule(brokers);
        }
      } catch (RuntimeException e) {
        if (!stopped) {
          LOG.error("The scheduler stopped unexpectedly and starts again.", e);
        }
      } catch (Error e) {
        // Nothing that another try would mend; a process that lives on without this thread decides
        // nothing.
        LOG.fatal("The scheduler cannot go on: this is a defect.", e);
        Quarkus.asyncExit(1);
        throw e;
      }
      consumer = null;
      pause(RETRY);
    }
  }

  /**
   * What has to be known of the brokers.
   *
   * @param cluster the id of their cluster
   * @param session how long a scheduler may be silent before another gets its shards
   */
  private record Brokers(String cluster, Duration session) {}

  /** Null to try again: not everything the scheduler needs is there. */
  private @Nullable Brokers prepare() {
    try (Admin admin = Admin.create(adminConfig())) {
      topology.ensure(admin);
      flyway.migrate();
      new ShardStore(dataSource).installation().claim(connection.settings());
      return new Brokers(
          admin.describeCluster().clusterId().get(),
          Sessions.shortest(admin, settings.sessionTimeout()));
    } catch (Topology.WrongTopologyException e) {
      LOG.fatal(e.getMessage());
      stopped = true;
      Quarkus.asyncExit(1);
    } catch (ExecutionException | SQLException | RuntimeException e) {
      LOG.warnf("Waiting for Kafka and PostgreSQL: %s", firstLine(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  private void schedule(Brokers brokers) {
    Producer<String, byte[]> producer =
        new KafkaProducer<>(producerConfig(), new StringSerializer(), new ByteArraySerializer());
    try {
      ShardConsumer running =
          new ShardConsumer(
              new KafkaConsumer<>(
                  consumerConfig(brokers.session()),
                  new StringDeserializer(),
                  new ByteArrayDeserializer()),
              producer,
              new ShardStore(dataSource),
              brokers.cluster(),
              arns,
              topology,
              policy(),
              metrics,
              spans,
              clock);
      consumer = running;
      if (stopped) {
        running.stop();
      }
      running.run();
    } finally {
      // What is not sent by then is in the table; without brokers a plain close would wait for
      // ever.
      producer.close(Duration.ofSeconds(2));
    }
  }

  private Policy policy() {
    return new Policy(
        settings.runnerLease(),
        settings.steadyAfter(),
        settings.backoffFirst(),
        settings.backoffCeiling(),
        settings.launchesPerPlan(),
        settings.healthyAfter(),
        new Policy.Budgets(
            new Policy.Rate(settings.serviceLaunchBurst(), settings.serviceLaunchRate()),
            new Policy.Rate(settings.hostLaunchBurst(), settings.hostLaunchRate()),
            new Policy.Rate(settings.clusterLaunchBurst(), settings.clusterLaunchRate())),
        settings.massLossHold());
  }

  private void keepHouse() {
    ShardStore store = new ShardStore(dataSource);
    while (!stopped) {
      pause(settings.housekeepingInterval());
      ShardConsumer running = consumer;
      if (running == null) {
        continue;
      }
      for (int shard : running.progress().workingShards()) {
        try {
          Instant now = clock.instant();
          ShardStore.Pruned gone =
              store.prune(
                  shard,
                  now.minus(settings.stoppedTaskRetention()),
                  now.minus(settings.answerRetention()));
          running.pruned(gone.services());
          LOG.debugf(
              "Shard %d: %d old rows and %d deleted services went.",
              shard, gone.rows(), gone.services().size());
        } catch (SQLException e) {
          LOG.warnf("Shard %d: old rows stay for now: %s", shard, e.getMessage());
        }
      }
    }
  }

  private static void pause(Duration duration) {
    LockSupport.parkNanos(duration.toNanos());
  }

  private Map<String, Object> adminConfig() {
    return connection.and(
        Map.of(
            "default.api.timeout.ms", "10000",
            "request.timeout.ms", "5000"));
  }

  private Map<String, Object> consumerConfig(Duration session) {
    return connection.and(
        Map.of(
            ConsumerConfig.GROUP_ID_CONFIG,
            "longshore-scheduler",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            // Positions come from the database; "earliest" only counts if the topic has lost them.
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest",
            // The only assignor that gives partition p of both topics to the same member.
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            RangeAssignor.class.getName(),
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            500,
            ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
            Math.toIntExact(session.toMillis()),
            // The others learn with their next heartbeat that shards are to be dealt anew.
            ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
            Math.toIntExact(session.toMillis() / 8),
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            500));
  }

  private Map<String, Object> producerConfig() {
    return connection.and(
        Map.of(
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            true,
            ProducerConfig.LINGER_MS_CONFIG,
            0,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            Topology.LARGEST_RECORD,
            // Giving up on one record would let the next overtake it; the table bounds what piles
            // up.
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            Integer.MAX_VALUE,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            5_000));
  }

  private static String firstLine(Throwable e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
  }
}
