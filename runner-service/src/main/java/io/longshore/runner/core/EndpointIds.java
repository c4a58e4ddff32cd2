package io.longshore.runner.core;

import io.longshore.messages.Ids;
import io.longshore.messages.TaskId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Under which id a container asks about itself: its task's id, which anybody may know, and 128 bits
 * that only this host can derive. Nothing is stored for it, so it is the same after every restart.
 *
 * @param secret of this host, at least 128 bits of chance; who knows it can ask about every task
 */
public record EndpointIds(String secret) {
  private static final int ID = 32;

  /** For example {@code 9543f26d60e3916e302f84d127865e29-84345352670a2d14207518b22247fe0d}. */
  public String of(TaskId task, String container) {
    // Half of a SHA-256 over parts with their lengths: nobody can go on from it without the secret.
    return task + "-" + Ids.derive("endpoint", secret, task.value(), container);
  }

  /** Which task an id claims to be of; null if it is none of these ids. */
  public static @Nullable TaskId task(String id) {
    boolean whole = id.length() == 2 * ID + 1 && id.charAt(ID) == '-';
    return whole && Ids.isHex(id.substring(0, ID)) && Ids.isHex(id.substring(ID + 1))
        ? new TaskId(id.substring(0, ID))
        : null;
  }

  /** Takes as long for a wrong id that is nearly right as for any other. */
  public boolean isOf(String id, TaskId task, String container) {
    return MessageDigest.isEqual(
        id.getBytes(StandardCharsets.UTF_8), of(task, container).getBytes(StandardCharsets.UTF_8));
  }

  /** Without the secret: values are printed. */
  @Override
  public String toString() {
    return "EndpointIds[]";
  }
}
