/** The port behind which containers are run, and what all drivers share. */
@NullMarked
package io.longshore.runner.engine;

import org.jspecify.annotations.NullMarked;
