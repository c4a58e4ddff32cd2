package io.longshore.scheduler.core;

/**
 * What keeps a task off a host.
 *
 * @param detail what was asked for and what there is, for people
 */
record Obstacle(Kind kind, String detail) {

  /** The later ones were closer to a place: less was missing. */
  enum Kind {
    AGENT("AGENT", "doesn't have the agent connected"),
    ATTRIBUTE("ATTRIBUTE", "is missing an attribute required by your task"),
    MEMBER_OF(
        "MemberOf placement constraint unsatisfied.",
        "encountered error \"MemberOf placement constraint unsatisfied.\""),
    DISTINCT_INSTANCE(
        "DistinctInstance placement constraint unsatisfied.",
        "encountered error \"DistinctInstance placement constraint unsatisfied.\""),
    MEMORY("RESOURCE:MEMORY", "has insufficient memory available"),
    CPU("RESOURCE:CPU", "has insufficient CPU units available"),
    PORTS("RESOURCE:PORTS", "has insufficient ports available");

    private final String reason;
    private final String inEvents;

    Kind(String reason, String inEvents) {
      this.reason = reason;
      this.inEvents = inEvents;
    }

    /** ECS's word for it among the failures of a call. */
    String reason() {
      return reason;
    }

    /** ECS's words for it in the events of a service, after the name of the instance. */
    String inEvents() {
      return inEvents;
    }
  }

  static Obstacle lacks(Kind kind, int asked, int left, String unit) {
    return new Obstacle(kind, asked + " " + unit + " are asked for, " + left + " are left");
  }
}
