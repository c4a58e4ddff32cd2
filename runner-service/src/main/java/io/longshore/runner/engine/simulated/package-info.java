/** Containers that exist only in memory, with faults to order; for tests and benchmarks. */
@NullMarked
package io.longshore.runner.engine.simulated;

import org.jspecify.annotations.NullMarked;
