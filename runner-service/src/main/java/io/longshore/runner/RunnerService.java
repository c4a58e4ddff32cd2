package io.longshore.runner;

import io.longshore.messages.BrokerConnection;
import io.longshore.messages.ClusterName;
import io.longshore.messages.SteadyClock;
import io.longshore.messages.Topology;
import io.longshore.runner.agent.Agent;
import io.longshore.runner.agent.Fleet;
import io.longshore.runner.agent.Hands;
import io.longshore.runner.agent.Outputs;
import io.longshore.runner.agent.Remains;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.EngineInfo;
import io.longshore.runner.inbound.ClusterFeed;
import io.longshore.runner.inbound.OrderFeed;
import io.longshore.runner.outbound.KafkaCommands;
import io.longshore.runner.outbound.KafkaOutput;
import io.longshore.runner.outbound.KafkaReports;
import io.longshore.runner.outbound.Quarantine;
import io.longshore.runner.secrets.Provisions;
import io.longshore.runner.store.OutputPositions;
import io.longshore.tracing.Spans;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts the runner together and takes it apart. Its start waits for nobody: engine and brokers may
 * come later, and the runner is ready when they have. Its end leaves containers as they are.
 */
@ApplicationScoped
public class RunnerService {
  private static final Logger LOG = Logger.getLogger(RunnerService.class);
  private static final ClusterName DEFAULT_CLUSTER = new ClusterName("default");
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_REPORTS = Duration.ofSeconds(2);
  // As long as the api waits.
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final RunnerSettings settings;
  private final KafkaClients kafka;
  private final Topology topology;
  private final String region;
  private final String version;
  private final MeterRegistry metrics;
  private final Spans spans;
  private final SteadyClock clock = new SteadyClock();
  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private final String incarnation = UUID.randomUUID().toString();

  private volatile @Nullable Engine engine;
  private volatile @Nullable EngineInfo info;
  private volatile @Nullable Fleet fleet;
  private volatile @Nullable Thread starting;
  private boolean closed;

  RunnerService(
      RunnerSettings settings,
      MeterRegistry metrics,
      OpenTelemetry telemetry,
      Config configuration,
      @ConfigProperty(name = "longshore.shards") int shards,
      @ConfigProperty(name = "longshore.order-partitions") int orderPartitions,
      @ConfigProperty(name = "longshore.replication-factor") short replicationFactor,
      @ConfigProperty(name = "longshore.output-topic.retention") Duration outputRetention,
      @ConfigProperty(name = "longshore.output-topic.bytes") long outputBytes,
      @ConfigProperty(name = "longshore.region") String region,
      @ConfigProperty(name = "quarkus.application.version", defaultValue = "dev") String version) {
    this.settings = settings;
    this.metrics = metrics;
    this.spans = new Spans(telemetry, "io.longshore.runner");
    this.kafka =
        new KafkaClients(
            BrokerConnection.of(key -> configuration.getOptionalValue(key, String.class)));
    this.topology =
        new Topology(
            shards,
            orderPartitions,
            replicationFactor,
            new Topology.OutputRetention(outputRetention, outputBytes));
    this.region = region;
    this.version = version;
  }

  void begin(@Observes StartupEvent event) {
    starting = Thread.ofVirtual().name("runner-start").start(this::start);
  }

  private void start() {
    try {
      HostDirectory host = open(HostDirectory.open(settings.data(), settings.hostId()));
      RunnerIds ids = RunnerIds.of(settings, host.hostId());
      Provisions provisions = SecretChoice.choose(settings, host.directory());
      Engine chosen = open(EngineChoice.choose(settings, host));
      engine = chosen;
      EngineInfo answered = patientInfo(chosen);
      info = answered;
      Remains.end(chosen);
      ensureTopics();
      run(host, ids, chosen, provisions, answered);
    } catch (RefusedToStartException | Topology.WrongTopologyException e) {
      LOG.fatal(e.getMessage());
      Quarkus.asyncExit(1);
    } catch (InterruptedException e) {
      LOG.debug("The runner ends before it was up.");
    } catch (RuntimeException | Error e) {
      // An Error, too: a class that the runtime lacks would leave a process that lives and never is
      // ready.
      LOG.fatal("The runner could not start: this is a defect.", e);
      Quarkus.asyncExit(1);
    }
  }

  private void run(
      HostDirectory host, RunnerIds ids, Engine chosen, Provisions provisions, EngineInfo answered)
      throws InterruptedException, RefusedToStartException {
    var producer = open(kafka.producer());
    KafkaReports reports = open(new KafkaReports(producer));
    // Before the threads that report end, what they reported is given a moment to arrive.
    open(() -> reports.flush(LAST_REPORTS));
    Quarantine quarantine = new Quarantine(producer);
    OrderFeed orders =
        open(new OrderFeed(() -> kafka.consumer("longshore-orders"), topology, quarantine, spans));
    Outputs outputs = outputs(host, chosen);
    MetadataEndpoint metadata = open(MetadataEndpoint.open(settings, host, chosen.insight()));
    Hands hands =
        new Hands(
            chosen,
            provisions,
            metadata.whereabouts()::told,
            outputs,
            settings.stopTimeout(),
            this::called,
            spans);
    Fleet assembled =
        open(
            new Fleet(
                chosen,
                outputs,
                orders,
                cluster -> recruit(ids, cluster, answered, hands, reports),
                settings.beatInterval(),
                settings.listInterval()));
    fleet = assembled;
    metrics.gauge("longshore.runner.tasks", assembled, Fleet::taskCount);
    metrics.gauge("longshore.runner.agents", assembled, Fleet::agentCount);
    metrics.gauge(
        "longshore.runner.adoption.seconds",
        assembled,
        one -> one.adoption().toNanos() / (double) TimeUnit.SECONDS.toNanos(1));
    assembled.begin();
    metadata.serve(
        assembled,
        new KafkaCommands(
            producer, () -> kafka.consumer("longshore-runner-replies"), ANSWER_LIMIT));
    orders.begin();
    if (settings.everyCluster()) {
      open(new ClusterFeed(
              () -> kafka.consumer("longshore-clusters"), assembled, DEFAULT_CLUSTER, quarantine))
          .begin();
    } else {
      assembled.join(List.of(new ClusterName(settings.cluster())));
    }
  }

  private Outputs outputs(HostDirectory host, Engine chosen) throws InterruptedException {
    OutputPositions positions =
        open(new OutputPositions(host.directory().resolve("output.positions")));
    Outputs outputs =
        open(new Outputs(chosen, new KafkaOutput(open(kafka.outputProducer())), positions));
    metrics.gauge("longshore.runner.output.bytes", outputs, Outputs::underWay);
    return outputs;
  }

  private List<Agent> recruit(
      RunnerIds ids, ClusterName cluster, EngineInfo engine, Hands hands, KafkaReports reports) {
    List<Agent> recruits = new ArrayList<>();
    for (int index = 0; index < settings.count(); index++) {
      // A cluster may be left and joined again within one life of the process.
      String fresh = incarnation + "-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
      recruits.add(
          new Agent(
              new Agent.Identity(cluster, ids.of(cluster, index), fresh, ids.claimed() != null),
              HostDescription.of(settings, engine, region, version, index),
              hands,
              reports,
              clock));
    }
    return recruits;
  }

  private EngineInfo patientInfo(Engine chosen) throws InterruptedException {
    while (true) {
      try {
        return chosen.info();
      } catch (EngineException e) {
        LOG.warnf("The engine does not answer yet, trying again: %s", e.words());
        TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
      }
    }
  }

  private void ensureTopics() throws InterruptedException {
    while (true) {
      try (Admin admin = kafka.admin()) {
        topology.ensure(admin);
        return;
      } catch (ExecutionException e) {
        LOG.warnf("Kafka is not ready yet, trying again: %s", e.getMessage());
        TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
      }
    }
  }

  private void called(String step, String outcome, Duration took) {
    metrics.timer("longshore.runner.step", "step", step, "outcome", outcome).record(took);
  }

  /** Remembers what has to be closed; closes it at once if the service is closed already. */
  private synchronized <T extends AutoCloseable> T open(T resource) throws InterruptedException {
    if (closed) {
      close(resource);
      throw new InterruptedException();
    }
    toClose.push(resource);
    return resource;
  }

  void end(@Observes ShutdownEvent event) {
    Thread thread = starting;
    if (thread != null) {
      thread.interrupt();
    }
    synchronized (this) {
      closed = true;
      while (!toClose.isEmpty()) {
        close(toClose.pop());
      }
    }
  }

  private static void close(AutoCloseable resource) {
    try {
      if (resource instanceof org.apache.kafka.clients.producer.Producer<?, ?> producer) {
        producer.close(LAST_REPORTS);
      } else {
        resource.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.debugf(e, "%s did not close.", resource);
    }
  }

  /**
   * {@code docker}, {@code process}, {@code kubernetes} or {@code simulated}; {@code none} until
   * one is chosen.
   */
  public String driver() {
    EngineInfo known = info;
    return known == null ? "none" : known.driver();
  }

  /** What the engine said of itself; null until it has answered. */
  public @Nullable EngineInfo engineInfo() {
    return info;
  }

  /** Null until one is chosen, which takes a few seconds at most. */
  public @Nullable Engine engine() {
    return engine;
  }

  /** Whether the engine answers and every runner of this process has its manifest. */
  public boolean isReady() {
    Fleet known = fleet;
    return known != null && known.isReady();
  }

  public boolean engineAnswers() {
    Fleet known = fleet;
    return known != null && known.engineAnswers();
  }

  public int runnerCount() {
    Fleet known = fleet;
    return known == null ? 0 : known.agentCount();
  }

  public int taskCount() {
    Fleet known = fleet;
    return known == null ? 0 : known.taskCount();
  }
}
