package io.longshore.balancer.inbound;

import io.longshore.balancer.core.BalancerAttributes;
import io.longshore.balancer.core.RoutingTable;
import io.longshore.balancer.core.Rules;
import io.longshore.messages.Route;

/** What a listener is told; replaced as a whole while it stays open. */
record Setup(RoutingTable.Listening listening, BalancerAttributes attributes, Rules rules) {
  static Setup of(RoutingTable.Listening listening) {
    return new Setup(
        listening, BalancerAttributes.of(listening.attributes()), new Rules(listening.listener()));
  }

  int port() {
    return listening.listener().port();
  }

  String arn() {
    return listening.listener().arn();
  }

  boolean secure() {
    return switch (listening.listener().protocol()) {
      case HTTPS, TLS -> true;
      case HTTP, TCP -> false;
    };
  }

  boolean http() {
    Route.Protocol protocol = listening.listener().protocol();
    return protocol == Route.Protocol.HTTP || protocol == Route.Protocol.HTTPS;
  }
}
