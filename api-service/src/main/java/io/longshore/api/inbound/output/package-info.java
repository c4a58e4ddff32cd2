/** Takes in what containers wrote. */
@NullMarked
package io.longshore.api.inbound.output;

import org.jspecify.annotations.NullMarked;
