/** A database and a scheduler for tests of the api. */
@NullMarked
package io.longshore.api.testing;

import org.jspecify.annotations.NullMarked;
