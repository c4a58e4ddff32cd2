package io.longshore.messages;

/**
 * One port of a container to be reached from outside.
 *
 * @param containerPort 1 to 65535
 * @param hostPort 0 to 65535; 0 asks the engine for any free port
 * @param protocol {@code tcp} or {@code udp}
 */
public record PortMapping(int containerPort, int hostPort, String protocol) {}
