/**
 * ECS's cluster query language: which container instances an expression selects. It stands with the
 * messages because two services have to agree on it: the scheduler when it places tasks, the api
 * when it checks what a client gave and when it filters a list.
 */
@NullMarked
package io.longshore.messages.query;

import org.jspecify.annotations.NullMarked;
