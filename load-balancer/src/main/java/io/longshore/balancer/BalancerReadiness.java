package io.longshore.balancer;

import io.longshore.balancer.inbound.Listeners;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready: the routes have been read. Says of each listener whether it is open, and why not. */
@Readiness
@ApplicationScoped
public class BalancerReadiness implements HealthCheck {
  private final BalancerService service;

  BalancerReadiness(BalancerService service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("balancer").status(service.isReady());
    for (Listeners.State state : service.listeners().values()) {
      String trouble = state.trouble();
      response.withData(state.arn(), trouble == null ? "open at " + state.port() : trouble);
    }
    return response.build();
  }
}
