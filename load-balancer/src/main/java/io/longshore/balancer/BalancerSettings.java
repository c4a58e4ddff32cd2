package io.longshore.balancer;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What an operator can say of a load balancer; explained where the defaults are. */
@ConfigMapping(prefix = "longshore.balancer")
public interface BalancerSettings {
  String address();

  Optional<Path> certificates();

  int threads();

  Duration connectLimit();

  Duration headLimit();

  long largestBody();

  int connections();

  String accessLog();

  long accessLogBytes();

  boolean listeners();

  Optional<String> haproxy();
}
