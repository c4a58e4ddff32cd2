/**
 * The shard's rows in PostgreSQL. Plain JDBC, in batches: one turn of a shard is one transaction.
 */
@NullMarked
package io.longshore.scheduler.store;

import org.jspecify.annotations.NullMarked;
