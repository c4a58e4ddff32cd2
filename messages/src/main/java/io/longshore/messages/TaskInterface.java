package io.longshore.messages;

/**
 * The network interface of a task that has an address of its own (network mode {@code awsvpc}). It
 * follows from the task's id, so that whoever shows it and whoever makes it agree without a word.
 *
 * @param attachmentId a UUID
 * @param id as EC2 has them: {@code eni-} and 17 hexadecimal digits
 * @param macAddress locally administered, unicast
 */
public record TaskInterface(String attachmentId, String id, String macAddress) {

  public static TaskInterface of(TaskId task) {
    String attachment = Ids.derive("attachment", task.value());
    String digits = Ids.derive("interface", task.value());
    return new TaskInterface(
        "%s-%s-%s-%s-%s"
            .formatted(
                attachment.substring(0, 8),
                attachment.substring(8, 12),
                attachment.substring(12, 16),
                attachment.substring(16, 20),
                attachment.substring(20)),
        "eni-" + digits.substring(0, 17),
        "0a:" + digits.substring(17, 27).replaceAll("..(?!$)", "$0:"));
  }
}
