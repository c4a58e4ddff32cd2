/** Breaks a rule on purpose, so that the test of the rules can show that it notices. */
@NullMarked
package io.longshore.api.planted;

import org.jspecify.annotations.NullMarked;
