/**
 * What containers wrote, in files of this instance's own: a bounded copy of {@code
 * longshore.output}.
 */
@NullMarked
package io.longshore.api.store.output;

import org.jspecify.annotations.NullMarked;
