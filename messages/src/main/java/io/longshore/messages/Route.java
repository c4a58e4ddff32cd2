package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a load balancer has to know, on {@link Topics#ROUTES}, keyed by {@link #key()}, compacted:
 * the last record of a key is the whole truth of that key, and none (a tombstone) means that it is
 * gone. Records of different keys may come in any order: what a record refers to may not be there
 * yet.
 *
 * <p>Listeners and rules, and groups, are written by the shard of the key {@link
 * Command#LOAD_BALANCING_KEY}; targets by the shard of their cluster. So no shard needs another.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Route.Balancer.class, name = "Balancer"),
  @JsonSubTypes.Type(value = Route.Group.class, name = "Group"),
  @JsonSubTypes.Type(value = Route.ServiceTargets.class, name = "ServiceTargets"),
})
public sealed interface Route {
  String key();

  /** Layer 7 (ELB's application load balancer) or layer 4 (network load balancer). */
  enum Kind {
    APPLICATION,
    NETWORK
  }

  /** What a listener speaks with clients, and a group with its targets. TLS is TCP in TLS. */
  enum Protocol {
    HTTP,
    HTTPS,
    TCP,
    TLS
  }

  /**
   * A load balancer with all that listens for it.
   *
   * @param attributes by ELB's names, such as {@code idle_timeout.timeout_seconds}; those without
   *     value have ELB's default
   */
  record Balancer(
      String arn, String name, Kind kind, Map<String, String> attributes, List<Listener> listeners)
      implements Route {
    @Override
    public String key() {
      return "balancer/" + arn;
    }
  }

  /**
   * @param port 1 to 65535
   * @param certificates by ARN, the default one first; empty without TLS
   * @param rules by rising priority
   */
  record Listener(
      String arn,
      int port,
      Protocol protocol,
      List<String> certificates,
      Action defaultAction,
      List<Rule> rules) {}

  /**
   * @param priority 1 to 50000; the lowest whose conditions all hold decides
   */
  record Rule(String arn, int priority, List<Condition> conditions, Action action) {}

  /** Holds when one of its values matches. Patterns have {@code *} and {@code ?}, as in ELB. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Condition.Host.class, name = "Host"),
    @JsonSubTypes.Type(value = Condition.Path.class, name = "Path"),
    @JsonSubTypes.Type(value = Condition.Header.class, name = "Header"),
    @JsonSubTypes.Type(value = Condition.Method.class, name = "Method"),
    @JsonSubTypes.Type(value = Condition.Query.class, name = "Query"),
    @JsonSubTypes.Type(value = Condition.Source.class, name = "Source"),
  })
  sealed interface Condition {
    /** Without regard to case. */
    record Host(List<String> patterns) implements Condition {}

    /** With regard to case, without the query. */
    record Path(List<String> patterns) implements Condition {}

    /**
     * @param name without regard to case, as are the patterns
     */
    record Header(String name, List<String> patterns) implements Condition {}

    /** With regard to case, no patterns. */
    record Method(List<String> methods) implements Condition {}

    record Query(List<Pair> pairs) implements Condition {}

    /**
     * @param key null for any
     */
    record Pair(@Nullable String key, String value) {}

    /**
     * @param ranges in CIDR notation, IPv4 or IPv6; of the connection, not of a header
     */
    record Source(List<String> ranges) implements Condition {}
  }

  /** What is done with a request, or, at layer 4, with a connection. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Action.Forward.class, name = "Forward"),
    @JsonSubTypes.Type(value = Action.Redirect.class, name = "Redirect"),
    @JsonSubTypes.Type(value = Action.FixedResponse.class, name = "FixedResponse"),
  })
  sealed interface Action {
    /**
     * @param groups 1 to 5
     * @param stickySeconds how long a client stays with its group; null when it does not
     */
    record Forward(List<WeightedGroup> groups, @Nullable Integer stickySeconds) implements Action {}

    /**
     * @param weight 0 to 999
     */
    record WeightedGroup(String groupArn, int weight) {}

    /** Each part may hold {@code #{protocol}}, {@code #{host}} and so on, as in ELB. */
    record Redirect(
        String protocol, String host, String port, String path, String query, int statusCode)
        implements Action {}

    record FixedResponse(int statusCode, String contentType, String body) implements Action {}
  }

  /**
   * A target group.
   *
   * @param attributes by ELB's names, such as {@code deregistration_delay.timeout_seconds}; those
   *     without value have ELB's default
   * @param targets those that were registered by hand
   */
  record Group(
      String arn,
      String name,
      Protocol protocol,
      String protocolVersion,
      HealthCheck healthCheck,
      Map<String, String> attributes,
      List<StaticTarget> targets)
      implements Route {
    @Override
    public String key() {
      return "group/" + arn;
    }
  }

  /**
   * @param port null for that of the traffic
   * @param path of HTTP and HTTPS
   * @param matcher HTTP codes, such as {@code 200} or {@code 200-299,301}
   */
  record HealthCheck(
      boolean enabled,
      Protocol protocol,
      @Nullable Integer port,
      String path,
      int intervalSeconds,
      int timeoutSeconds,
      int healthyThreshold,
      int unhealthyThreshold,
      String matcher) {}

  /**
   * @param host a name or an address
   * @param drainingUntil since it was deregistered: until then what it has begun may end
   */
  record StaticTarget(String host, int port, @Nullable Instant drainingUntil) {}

  /**
   * Every running task of a service that is in a target group. A service without any such task has
   * no such record.
   */
  record ServiceTargets(ClusterName cluster, ServiceName service, List<TaskTarget> targets)
      implements Route {
    @Override
    public String key() {
      return "targets/" + cluster.value() + "/" + service.value();
    }
  }

  /**
   * @param host where its runner says the container can be reached
   * @param draining it gets nothing new; how long what it has begun may take is the group's
   *     attribute
   */
  record TaskTarget(
      String groupArn, TaskId task, String container, String host, int port, boolean draining) {}
}
