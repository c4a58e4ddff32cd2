package io.longshore.runner;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready: the engine answers and every runner of this process has its manifest. */
@Readiness
@ApplicationScoped
public class RunnerReadiness implements HealthCheck {
  private final RunnerService service;

  RunnerReadiness(RunnerService service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("runner")
        .status(service.isReady())
        .withData("driver", service.driver())
        .withData("engineAnswers", service.engineAnswers())
        .withData("runners", service.runnerCount())
        .withData("tasks", service.taskCount())
        .build();
  }
}
