package io.longshore.scheduler.core;

import org.jspecify.annotations.Nullable;

/**
 * What somebody has set for the account or for one of its principals. Nothing is decided by it.
 *
 * @param value null when it has been taken back
 */
public record AccountSetting(String name, String principal, @Nullable String value) {}
