/**
 * The scheduler's read schema, read. Rows stay in here; what comes out are the records of {@link
 * io.longshore.api.core.Described}.
 */
@NullMarked
package io.longshore.api.store;

import org.jspecify.annotations.NullMarked;
