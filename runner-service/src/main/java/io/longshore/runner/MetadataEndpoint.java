package io.longshore.runner;

import io.longshore.runner.agent.Fleet;
import io.longshore.runner.core.EndpointIds;
import io.longshore.runner.core.Whereabouts;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.Insight;
import io.longshore.runner.inbound.MetadataAnswers;
import io.longshore.runner.inbound.MetadataServer;
import io.longshore.runner.inbound.ProtectionAnswers;
import io.longshore.runner.outbound.Commands;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The metadata endpoint of this host: one for all its runners, at addresses that containers reach.
 */
final class MetadataEndpoint implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(MetadataEndpoint.class);
  private static final String LOOPBACK = "127.0.0.1";

  private final MetadataServer server;
  private final Whereabouts whereabouts;
  private final Insight insight;

  private MetadataEndpoint(MetadataServer server, Whereabouts whereabouts, Insight insight) {
    this.server = server;
    this.whereabouts = whereabouts;
    this.insight = insight;
  }

  /**
   * Takes the port that containers were told before, if it can be had.
   *
   * @throws RefusedToStartException if the host's directory can neither be read nor written
   */
  static MetadataEndpoint open(RunnerSettings settings, HostDirectory host, Insight insight)
      throws RefusedToStartException {
    String bridge = settings.metadataAddress().orElseGet(() -> bridge(insight));
    List<String> addresses = new ArrayList<>(List.of(LOOPBACK));
    if (bridge != null && !bridge.equals(LOOPBACK)) {
      addresses.add(bridge);
    }
    try {
      int kept = host.metadataPort();
      List<Integer> ports =
          kept == 0 ? List.of(settings.metadataPort()) : List.of(kept, settings.metadataPort());
      MetadataServer server = MetadataServer.bind(addresses, ports);
      if (server.port() != 0 && server.port() != kept) {
        if (kept != 0) {
          LOG.warnf(
              "Port %d is taken: containers that were told to ask about themselves there cannot,"
                  + " later ones are told port %d.",
              kept, server.port());
        }
        host.keepMetadataPort(server.port());
      }
      Whereabouts whereabouts =
          new Whereabouts(
              new EndpointIds(host.metadataSecret()), server.at(bridge), server.at(LOOPBACK));
      return new MetadataEndpoint(server, whereabouts, insight);
    } catch (IOException e) {
      throw new RefusedToStartException(
          "The runner cannot use its directory %s: %s.".formatted(host.directory(), e));
    }
  }

  private static @Nullable String bridge(Insight insight) {
    try {
      String address = insight.bridgeAddress();
      if (address == null) {
        LOG.info("Containers cannot ask about themselves: the engine has no bridge of its own.");
      }
      return address;
    } catch (EngineException e) {
      LOG.warnf("Containers cannot ask about themselves: no bridge is known (%s).", e.words());
      return null;
    }
  }

  Whereabouts whereabouts() {
    return whereabouts;
  }

  void serve(Fleet fleet, Commands commands) {
    server.serve(
        new MetadataAnswers(
            whereabouts.ids(),
            fleet::snapshot,
            insight,
            new ProtectionAnswers(commands, InstantSource.system())));
  }

  @Override
  public void close() {
    server.close();
  }
}
