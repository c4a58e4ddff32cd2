/**
 * The deciding classes of scheduler and runner in a world made of one thread, virtual time and one
 * seed, in which everything around them fails: messages come twice and late, stores and processes
 * fail at any point, hosts pause, vanish and come back. The same seed gives the same history.
 */
@NullMarked
package io.longshore.simulation;

import org.jspecify.annotations.NullMarked;
