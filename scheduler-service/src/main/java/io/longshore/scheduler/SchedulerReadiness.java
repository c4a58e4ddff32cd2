package io.longshore.scheduler;

import io.longshore.scheduler.inbound.ShardConsumer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the loop turns. Owning no shard is fine: others may own them all. */
@Readiness
@ApplicationScoped
public class SchedulerReadiness implements HealthCheck {
  private static final Duration STALE_AFTER = Duration.ofSeconds(15);
  private final SchedulerApplication application;

  public SchedulerReadiness(SchedulerApplication application) {
    this.application = application;
  }

  @Override
  public HealthCheckResponse call() {
    ShardConsumer.Progress progress = application.progress();
    var response = HealthCheckResponse.named("scheduler");
    if (progress == null) {
      return response.down().withData("waiting", "for Kafka and PostgreSQL").build();
    }
    boolean turning = progress.lastLoop().plus(STALE_AFTER).isAfter(application.clock().instant());
    return response
        .status(turning && !progress.deaf())
        .withData("brokersAnswer", !progress.deaf())
        .withData("shards", progress.workingShards().toString())
        .build();
  }
}
