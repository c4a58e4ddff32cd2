/** HTTP in: the awsJson1_1 protocol, and one straight line of code per operation. */
@NullMarked
package io.longshore.api.inbound;

import org.jspecify.annotations.NullMarked;
