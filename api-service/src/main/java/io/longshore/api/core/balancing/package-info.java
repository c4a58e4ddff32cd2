/** What ELB's API means: checks, defaults and described resources. Pure. */
@NullMarked
package io.longshore.api.core.balancing;

import org.jspecify.annotations.NullMarked;
