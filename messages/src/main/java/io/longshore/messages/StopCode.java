package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a task stopped, in the words clients match on (ECS {@code TaskStopCode}). */
public enum StopCode {
  @JsonProperty("TaskFailedToStart")
  TASK_FAILED_TO_START("TaskFailedToStart"),
  @JsonProperty("EssentialContainerExited")
  ESSENTIAL_CONTAINER_EXITED("EssentialContainerExited"),
  @JsonProperty("UserInitiated")
  USER_INITIATED("UserInitiated"),
  @JsonProperty("ServiceSchedulerInitiated")
  SERVICE_SCHEDULER_INITIATED("ServiceSchedulerInitiated"),
  @JsonProperty("TerminationNotice")
  TERMINATION_NOTICE("TerminationNotice");

  private final String wireName;

  StopCode(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }

  /**
   * The code of that name on the wire.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static StopCode ofWireName(String wireName) {
    for (StopCode code : values()) {
      if (code.wireName.equals(wireName)) {
        return code;
      }
    }
    throw new IllegalArgumentException("no stop code is called " + wireName);
  }
}
