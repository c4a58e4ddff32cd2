package io.longshore.balancer.core;

/**
 * One target, for as long as it is the same one: a task that gets the address of an earlier one is
 * another target, and has to show that it is healthy.
 *
 * @param origin the task and container; empty for a target that was registered by hand
 */
public record TargetKey(String groupArn, String origin, String host, int port)
    implements Comparable<TargetKey> {

  /** What it is called in logs and metrics. */
  public String address() {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }

  /** The same in every process. */
  String text() {
    return groupArn + " " + origin + " " + address();
  }

  @Override
  public int compareTo(TargetKey other) {
    return text().compareTo(other.text());
  }
}
