/**
 * Real faults on real processes. {@link io.longshore.chaos.Chaos} starts Longshore as separate
 * JVMs, lets a seeded schedule of faults loose on them while clients go on working, records what
 * everybody saw, and has {@link io.longshore.chaos.Checker} judge it afterwards. System tests share
 * the classes that start processes and listen to the engine.
 */
@NullMarked
package io.longshore.chaos;

import org.jspecify.annotations.NullMarked;
