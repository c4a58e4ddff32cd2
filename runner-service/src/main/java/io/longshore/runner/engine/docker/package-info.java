/** Containers of a Docker engine. */
@NullMarked
package io.longshore.runner.engine.docker;

import org.jspecify.annotations.NullMarked;
