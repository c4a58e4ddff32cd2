package io.longshore.embedded;

/**
 * Where the broker and the database of one data directory listen; all on loopback.
 *
 * @param bootstrapServers host and port of the Kafka broker
 * @param jdbcUrl of the database, without user and password
 * @param user the database's superuser; the database trusts every connection from loopback, so it
 *     needs no password
 */
public record Endpoints(String bootstrapServers, String jdbcUrl, String user) {}
