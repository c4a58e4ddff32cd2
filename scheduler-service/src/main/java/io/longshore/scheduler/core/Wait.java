package io.longshore.scheduler.core;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a service from being what it should be at this moment.
 *
 * @param text one or two sentences
 * @param until when time alone will end it; null for something else that has to happen
 * @param obstacles for lack of a place: how many hosts have each obstacle; null otherwise
 */
public record Wait(
    Rule rule, String text, @Nullable Instant until, @Nullable Map<String, Integer> obstacles) {}
