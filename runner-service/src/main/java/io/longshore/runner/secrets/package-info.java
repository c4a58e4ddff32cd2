/** What containers are given that is in no message, and where it comes from. */
@NullMarked
package io.longshore.runner.secrets;

import org.jspecify.annotations.NullMarked;
