package io.longshore.balancer;

import io.longshore.balancer.inbound.Limits;
import io.longshore.balancer.inbound.Listeners;
import io.longshore.balancer.inbound.ProxyEndpoints;
import io.longshore.balancer.inbound.RoutesFeed;
import io.longshore.balancer.outbound.AccessLog;
import io.longshore.balancer.outbound.AccessLogWriter;
import io.longshore.balancer.outbound.Haproxy;
import io.longshore.balancer.outbound.HaproxySocket;
import io.longshore.balancer.outbound.KafkaReports;
import io.longshore.balancer.outbound.LineFile;
import io.longshore.balancer.outbound.LineSink;
import io.longshore.messages.BrokerConnection;
import io.longshore.messages.SteadyClock;
import io.longshore.messages.Topology;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts the load balancer together and takes it apart. Its start waits for nobody: the brokers may
 * come later, and it is ready when it has read all routes once.
 */
@ApplicationScoped
public class BalancerService {
  private static final Logger LOG = Logger.getLogger(BalancerService.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  // Well within the day for which the topic keeps word of what is gone.
  private static final Duration READ_ANEW = Duration.ofHours(6);

  private final KafkaClients kafka;
  private final Topology topology;
  private final KafkaReports reports;
  private final @Nullable AccessLogWriter log;
  private final LoadBalancer balancer;
  private final RoutesFeed routes;
  private final ProxyEndpoints endpoints;
  private final @Nullable Haproxy haproxy;
  private volatile @Nullable Thread starting;

  BalancerService(
      BalancerSettings settings,
      MeterRegistry metrics,
      Config configuration,
      @ConfigProperty(name = "longshore.shards") int shards,
      @ConfigProperty(name = "longshore.order-partitions") int orderPartitions,
      @ConfigProperty(name = "longshore.replication-factor") short replicationFactor,
      @ConfigProperty(name = "longshore.output-topic.retention") Duration outputRetention,
      @ConfigProperty(name = "longshore.output-topic.bytes") long outputBytes) {
    this.kafka =
        new KafkaClients(
            BrokerConnection.of(key -> configuration.getOptionalValue(key, String.class)));
    this.topology =
        new Topology(
            shards,
            orderPartitions,
            replicationFactor,
            new Topology.OutputRetention(outputRetention, outputBytes));
    this.reports = new KafkaReports(kafka::producer);
    this.log = accessLog(settings, metrics);
    this.balancer =
        new LoadBalancer(
            UUID.randomUUID().toString(),
            options(settings),
            metrics,
            log == null ? AccessLog.NONE : log,
            reports,
            this::redrawn,
            new SteadyClock());
    this.routes = new RoutesFeed(kafka::consumer, balancer::take, READ_ANEW);
    this.endpoints = new ProxyEndpoints(balancer::picture);
    this.haproxy =
        settings
            .haproxy()
            .map(where -> new Haproxy(new HaproxySocket(where), balancer::picture))
            .orElse(null);
  }

  private static @Nullable AccessLogWriter accessLog(
      BalancerSettings settings, MeterRegistry metrics) {
    String where = settings.accessLog();
    if (where.equals("off")) {
      return null;
    }
    if (!where.equals("stdout") && where.indexOf('/') < 0) {
      // Rather than a file with the name of a mistake.
      throw new IllegalArgumentException(
          "longshore.balancer.access-log is '" + where + "', and neither stdout, off nor a path.");
    }
    LineSink sink =
        where.equals("stdout")
            ? LineSink.of(System.out)
            : new LineFile(Path.of(where), settings.accessLogBytes());
    return new AccessLogWriter(sink, where, AccessLogWriter.CAPACITY, metrics);
  }

  private static LoadBalancer.Options options(BalancerSettings settings) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new LoadBalancer.Options(
        settings.address(),
        settings.certificates().orElse(null),
        settings.threads() == 0 ? cores : settings.threads(),
        settings.connectLimit(),
        new Limits(
            settings.headLimit(),
            settings.largestBody() == 0 ? Long.MAX_VALUE : settings.largestBody(),
            settings.connections()),
        settings.listeners(),
        settings.listeners() && settings.haproxy().isEmpty());
  }

  private void redrawn() {
    Haproxy told = haproxy;
    if (told != null) {
      told.changed();
    }
  }

  void serve(@Observes Router router) {
    endpoints.register(router);
  }

  void begin(@Observes StartupEvent event) {
    starting = Thread.ofVirtual().name("balancer-start").start(this::start);
  }

  private void start() {
    try {
      balancer.begin();
      Haproxy told = haproxy;
      if (told != null) {
        told.begin();
      }
      ensureTopics();
      routes.begin();
    } catch (Topology.WrongTopologyException e) {
      LOG.fatal(e.getMessage());
      Quarkus.asyncExit(1);
    } catch (InterruptedException e) {
      LOG.debug("The load balancer ends before it was up.");
    } catch (RuntimeException | Error e) {
      LOG.fatal("The load balancer could not start: this is a defect.", e);
      Quarkus.asyncExit(1);
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

  void end(@Observes ShutdownEvent event) {
    Thread thread = starting;
    if (thread != null) {
      thread.interrupt();
    }
    routes.close();
    Haproxy told = haproxy;
    if (told != null) {
      told.close();
    }
    balancer.close();
    if (log != null) {
      log.close();
    }
    reports.close();
  }

  /** Whether all routes have been read once. What cannot be opened does not count against it. */
  public boolean isReady() {
    return routes.isComplete();
  }

  /** How each listener is, by ARN. */
  public Map<String, Listeners.State> listeners() {
    return balancer.listeners();
  }
}
