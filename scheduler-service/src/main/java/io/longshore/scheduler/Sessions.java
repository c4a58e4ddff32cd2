package io.longshore.scheduler;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.jboss.logging.Logger;

/** How long a member of the schedulers' group may be silent before the brokers give it up. */
final class Sessions {
  private static final Logger LOG = Logger.getLogger(Sessions.class);
  private static final String LEAST = "group.min.session.timeout.ms";
  // Kafka's own default of that setting.
  private static final Duration USUAL_LEAST = Duration.ofSeconds(6);

  private Sessions() {}

  /**
   * What is wanted, or the least the brokers allow where that is more: they refuse a member that
   * asks for less.
   */
  static Duration shortest(Admin admin, Duration wanted) throws InterruptedException {
    Duration least = least(admin);
    if (least.compareTo(wanted) <= 0) {
      return wanted;
    }
    LOG.infof(
        "A dead scheduler is noticed after %d ms rather than %d, because the brokers allow no less: see %s.",
        least.toMillis(), wanted.toMillis(), LEAST);
    return least;
  }

  private static Duration least(Admin admin) throws InterruptedException {
    try {
      for (Node node : admin.describeCluster().nodes().get()) {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
        Config config = admin.describeConfigs(List.of(broker)).all().get().get(broker);
        ConfigEntry entry = config == null ? null : config.get(LEAST);
        if (entry != null) {
          return Duration.ofMillis(Long.parseLong(entry.value()));
        }
      }
    } catch (ExecutionException e) {
      // Not everybody may read the settings of brokers.
      LOG.debugf("The brokers do not tell %s: %s", LEAST, e.getCause());
    }
    return USUAL_LEAST;
  }
}
