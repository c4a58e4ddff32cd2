/** Plain operating system processes in the place of containers, for machines without an engine. */
@NullMarked
package io.longshore.runner.engine.process;

import org.jspecify.annotations.NullMarked;
