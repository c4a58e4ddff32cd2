package io.longshore.messages;

/** What a container's health check says (ECS {@code HealthStatus}). */
public enum HealthStatus {
  HEALTHY,
  UNHEALTHY,
  /** There is no check, or it has not passed yet. */
  UNKNOWN
}
