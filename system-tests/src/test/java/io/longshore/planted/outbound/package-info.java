/** Breaks the rules on purpose, so that the test of the rules can show that they notice. */
@NullMarked
package io.longshore.planted.outbound;

import org.jspecify.annotations.NullMarked;
