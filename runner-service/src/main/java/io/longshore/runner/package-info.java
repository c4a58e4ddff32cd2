/** The runner: launches the containers of tasks on one host and says what became of them. */
@NullMarked
package io.longshore.runner;

import org.jspecify.annotations.NullMarked;
