/** What the runner keeps from one start to the next beside what its engine has. */
@NullMarked
package io.longshore.runner.store;

import org.jspecify.annotations.NullMarked;
