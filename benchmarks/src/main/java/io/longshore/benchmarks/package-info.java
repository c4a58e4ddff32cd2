/** Measures a whole, running Longshore from outside, and the planner from inside. */
@NullMarked
package io.longshore.benchmarks;

import org.jspecify.annotations.NullMarked;
