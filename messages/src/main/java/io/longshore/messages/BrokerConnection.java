package io.longshore.messages;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.ConfigDef;

/**
 * What every client of a service needs to reach the brokers: where they are, how they are known,
 * and as whom the service comes. Kafka's own settings of clients for that count under their own
 * names, after {@code kafka.}: {@code kafka.security.protocol}, {@code kafka.ssl.…}, {@code
 * kafka.sasl.…}.
 *
 * @param settings by the names Kafka's clients have for them; passwords may be among them
 */
public record BrokerConnection(Map<String, Object> settings) {
  private static final String PREFIX = "kafka.";
  private static final String SERVERS = CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG;

  public BrokerConnection {
    settings = Map.copyOf(settings);
  }

  /** Brokers that anybody may reach in clear text. */
  public static BrokerConnection to(String bootstrapServers) {
    return new BrokerConnection(Map.of(SERVERS, bootstrapServers));
  }

  /**
   * @param configured the value of a key of the configuration, if it has one
   * @throws IllegalArgumentException if {@code kafka.bootstrap.servers} has none
   */
  public static BrokerConnection of(Function<String, Optional<String>> configured) {
    Map<String, Object> settings = new HashMap<>();
    for (String name : names()) {
      configured.apply(PREFIX + name).ifPresent(value -> settings.put(name, value));
    }
    if (!settings.containsKey(SERVERS)) {
      throw new IllegalArgumentException(PREFIX + SERVERS + " is not set: name the brokers.");
    }
    return new BrokerConnection(settings);
  }

  private static Set<String> names() {
    ConfigDef security = new ConfigDef().withClientSslSupport().withClientSaslSupport();
    Set<String> names = new TreeSet<>(security.names());
    names.add(SERVERS);
    names.add(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
    return names;
  }

  /** These, and what a client wants for itself. */
  public Map<String, Object> and(Map<String, ?> own) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(own);
    return all;
  }

  public String bootstrapServers() {
    return String.valueOf(settings.get(SERVERS));
  }

  /** Without what is secret. */
  @Override
  public String toString() {
    return "BrokerConnection[" + bootstrapServers() + "]";
  }
}
