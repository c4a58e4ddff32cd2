package io.longshore.messages;

/**
 * Amazon resource names in the long format, for one account and one region. See "Amazon Resource
 * Names (ARNs) and IDs" in the ECS developer guide.
 */
public record Arns(String region, String account) {
  public String cluster(ClusterName cluster) {
    return prefix() + "cluster/" + cluster;
  }

  public String service(ClusterName cluster, ServiceName service) {
    return prefix() + "service/" + cluster + "/" + service;
  }

  public String task(ClusterName cluster, TaskId task) {
    return prefix() + "task/" + cluster + "/" + task;
  }

  public String taskDefinition(TaskDefinitionId definition) {
    return prefix() + "task-definition/" + definition;
  }

  public String containerInstance(ClusterName cluster, RunnerId runner) {
    return prefix() + "container-instance/" + cluster + "/" + runner;
  }

  /** A container's id is derived, so that its ARN is the same in every answer. */
  public String container(ClusterName cluster, TaskId task, String containerName) {
    String hex = Ids.derive("container", task.value(), containerName);
    String uuid =
        "%s-%s-%s-%s-%s"
            .formatted(
                hex.substring(0, 8),
                hex.substring(8, 12),
                hex.substring(12, 16),
                hex.substring(16, 20),
                hex.substring(20));
    return prefix() + "container/" + cluster + "/" + task + "/" + uuid;
  }

  private String prefix() {
    return "arn:aws:ecs:" + region + ":" + account + ":";
  }
}
