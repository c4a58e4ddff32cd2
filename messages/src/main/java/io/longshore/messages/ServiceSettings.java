package io.longshore.messages;

/**
 * What takes effect of a service besides its definition and count.
 *
 * @param minimumHealthyPercent of the desired count, rounded up, that must keep running through a
 *     deployment
 * @param maximumPercent of the desired count, rounded down, that may exist through a deployment
 */
public record ServiceSettings(int minimumHealthyPercent, int maximumPercent) {}
