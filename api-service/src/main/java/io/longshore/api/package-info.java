/** The ECS face of Longshore: HTTP in, commands out, queries. Read DESIGN.md of this module. */
@NullMarked
package io.longshore.api;

import org.jspecify.annotations.NullMarked;
