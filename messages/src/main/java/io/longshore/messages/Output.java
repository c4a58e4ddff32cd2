package io.longshore.messages;

import java.util.List;

/**
 * Lines that a container wrote, in their order; on {@link Topics#OUTPUT}, keyed by {@link #key}.
 *
 * @param group the log group, in CloudWatch's words
 * @param stream the log stream; one container of one task has one
 * @param lines at least one
 */
public record Output(
    ClusterName cluster,
    TaskId task,
    String container,
    String group,
    String stream,
    List<OutputLine> lines) {

  /** All lines of one stream are on one partition. */
  public String key() {
    return group + "\n" + stream;
  }
}
