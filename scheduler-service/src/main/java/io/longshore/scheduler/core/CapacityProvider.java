package io.longshore.scheduler.core;

import io.longshore.messages.Json;
import java.time.Instant;
import java.util.Map;

/** A pool of hosts by name. It says nothing about placement here. */
public record CapacityProvider(
    String name,
    Status status,
    Json document,
    Map<String, String> tags,
    long version,
    Instant createdAt) {

  /** Whether clusters can have it. */
  public enum Status {
    ACTIVE,
    /** Deleted. It stays describable, and creating it again makes it ACTIVE. */
    INACTIVE
  }

  public boolean isActive() {
    return status == Status.ACTIVE;
  }

  CapacityProvider inactive() {
    return new CapacityProvider(name, Status.INACTIVE, document, tags, version + 1, createdAt);
  }

  CapacityProvider with(Json members) {
    return new CapacityProvider(name, status, document.with(members), tags, version + 1, createdAt);
  }

  CapacityProvider withTags(Map<String, String> next) {
    return new CapacityProvider(name, status, document, next, version + 1, createdAt);
  }
}
