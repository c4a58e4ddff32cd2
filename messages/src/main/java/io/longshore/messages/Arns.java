package io.longshore.messages;

/**
 * Amazon resource names in the long format, for one account and one region. See "Amazon Resource
 * Names (ARNs) and IDs" in the ECS developer guide. Those of load balancing are ELB's.
 */
public record Arns(String region, String account) {
  private static final String LOAD_BALANCER = ":loadbalancer/";
  private static final String LISTENER = ":listener/";
  private static final String RULE = ":listener-rule/";

  public String cluster(ClusterName cluster) {
    return prefix() + "cluster/" + cluster;
  }

  public String service(ClusterName cluster, ServiceName service) {
    return prefix() + "service/" + cluster + "/" + service;
  }

  /** Of a rollout; see {@link ServiceDeploymentState}. */
  public String serviceDeployment(ClusterName cluster, ServiceName service, String id) {
    return prefix() + "service-deployment/" + cluster + "/" + service + "/" + id;
  }

  /**
   * Of what a deployment brings about. Clients look for the digits of the deployment's id in it.
   *
   * @param deploymentId {@code ecs-svc/} and digits
   */
  public String serviceRevision(ClusterName cluster, ServiceName service, String deploymentId) {
    String digits = deploymentId.substring(deploymentId.indexOf('/') + 1);
    return prefix() + "service-revision/" + cluster + "/" + service + "/" + digits;
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

  public String capacityProvider(String name) {
    return prefix() + "capacity-provider/" + name;
  }

  /**
   * @param id 16 hexadecimal digits
   */
  public String loadBalancer(Route.Kind kind, String name, String id) {
    String type = kind == Route.Kind.APPLICATION ? "app" : "net";
    return balancingPrefix() + LOAD_BALANCER + type + "/" + name + "/" + id;
  }

  /**
   * @param id 16 hexadecimal digits
   */
  public String targetGroup(String name, String id) {
    return balancingPrefix() + ":targetgroup/" + name + "/" + id;
  }

  /**
   * @param id 16 hexadecimal digits
   */
  public static String listener(String loadBalancerArn, String id) {
    return loadBalancerArn.replace(LOAD_BALANCER, LISTENER) + "/" + id;
  }

  /**
   * @param id 16 hexadecimal digits
   */
  public static String rule(String listenerArn, String id) {
    return listenerArn.replace(LISTENER, RULE) + "/" + id;
  }

  /** Of what decides when no rule of a listener does: ELB shows it as a rule, too. */
  public static String defaultRule(String listenerArn) {
    return rule(listenerArn, Ids.derive("default-rule", listenerArn).substring(0, 16));
  }

  public static String loadBalancerOf(String listenerArn) {
    return parent(listenerArn).replace(LISTENER, LOAD_BALANCER);
  }

  public static String listenerOf(String ruleArn) {
    return parent(ruleArn).replace(RULE, LISTENER);
  }

  private static String parent(String arn) {
    return arn.substring(0, Math.max(0, arn.lastIndexOf('/')));
  }

  private String balancingPrefix() {
    return "arn:aws:elasticloadbalancing:" + region + ":" + account;
  }

  private String prefix() {
    return "arn:aws:ecs:" + region + ":" + account + ":";
  }
}
