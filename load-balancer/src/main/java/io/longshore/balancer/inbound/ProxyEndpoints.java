package io.longshore.balancer.inbound;

import io.longshore.balancer.core.Picture;
import io.longshore.balancer.core.PrometheusTargets;
import io.longshore.balancer.core.TraefikConfiguration;
import io.longshore.messages.Codec;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What other proxies ask for. Before the routes have been read the answer is 503, and whoever asks
 * keeps what it has.
 */
public final class ProxyEndpoints {
  private static final Logger LOG = Logger.getLogger(ProxyEndpoints.class);

  private final Supplier<@Nullable Picture> pictures;
  private volatile Set<String> leftOut = Set.of();

  public ProxyEndpoints(Supplier<@Nullable Picture> pictures) {
    this.pictures = pictures;
  }

  public void register(Router router) {
    router.get("/proxies/traefik").blockingHandler(asked -> answer(asked, this::traefik));
    router
        .get("/proxies/prometheus")
        .blockingHandler(asked -> answer(asked, PrometheusTargets::of));
  }

  private void answer(RoutingContext asked, Function<Picture, Object> say) {
    Picture picture = pictures.get();
    if (picture == null) {
      asked.response().setStatusCode(503).end("The routes have not been read yet.\n");
    } else {
      asked
          .response()
          .putHeader("Content-Type", "application/json")
          .end(Codec.encodeText(say.apply(picture)));
    }
  }

  private Object traefik(Picture picture) {
    TraefikConfiguration.Said said = TraefikConfiguration.of(picture);
    Set<String> before = leftOut;
    leftOut = Set.copyOf(said.leftOut());
    for (String sentence : leftOut) {
      if (!before.contains(sentence)) {
        LOG.warnf("Left out for Traefik: %s", sentence);
      }
    }
    return said.configuration();
  }
}
