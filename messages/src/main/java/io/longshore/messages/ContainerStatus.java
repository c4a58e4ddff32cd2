package io.longshore.messages;

/** ECS's {@code lastStatus} of a container inside a task. */
public enum ContainerStatus {
  PENDING,
  RUNNING,
  STOPPED
}
