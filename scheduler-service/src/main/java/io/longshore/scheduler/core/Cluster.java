package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Json;
import java.time.Instant;
import java.util.Map;

/** A group of runners, tasks and services. */
public record Cluster(
    ClusterName name,
    Status status,
    Json document,
    Map<String, String> tags,
    long version,
    Instant createdAt) {

  /** Whether a cluster can be used. */
  public enum Status {
    ACTIVE,
    /** Deleted. It stays describable, and creating it again makes it ACTIVE. */
    INACTIVE
  }

  public boolean isActive() {
    return status == Status.ACTIVE;
  }

  Cluster withStatus(Status next) {
    return new Cluster(name, next, document, tags, version + 1, createdAt);
  }

  Cluster with(Json members) {
    return new Cluster(name, status, document.with(members), tags, version + 1, createdAt);
  }

  Cluster withTags(Map<String, String> next) {
    return new Cluster(name, status, document, next, version + 1, createdAt);
  }
}
