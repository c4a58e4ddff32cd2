/**
 * What ECS means, as pure functions: checks, defaults, names and described resources. Nothing here
 * waits, reads a clock or knows HTTP, Kafka or SQL.
 */
@NullMarked
package io.longshore.api.core;

import org.jspecify.annotations.NullMarked;
