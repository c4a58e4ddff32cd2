package io.longshore.messages;

/** Where a container's port is reached on its host. */
public record NetworkBinding(String bindIp, int containerPort, int hostPort, String protocol) {}
