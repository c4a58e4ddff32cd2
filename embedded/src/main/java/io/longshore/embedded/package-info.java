/**
 * A Kafka broker and a PostgreSQL for machines that have neither, in one child process whose life
 * hangs on its parent's.
 */
@NullMarked
package io.longshore.embedded;

import org.jspecify.annotations.NullMarked;
