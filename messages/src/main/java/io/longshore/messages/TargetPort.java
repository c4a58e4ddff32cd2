package io.longshore.messages;

/**
 * What of a service's tasks belongs into a target group (ECS {@code LoadBalancer}).
 *
 * @param container the name of a container
 * @param port one of its ports, 1 to 65535
 */
public record TargetPort(String groupArn, String container, int port) {}
