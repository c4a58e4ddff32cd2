/** {@code /v1}: the same operations for people and scripts that do not speak AWS. */
@NullMarked
package io.longshore.api.inbound.rest;

import org.jspecify.annotations.NullMarked;
