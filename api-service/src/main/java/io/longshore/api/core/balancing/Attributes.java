package io.longshore.api.core.balancing;

import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which attributes there are, with ELB's defaults. */
public final class Attributes {
  private static final Map<String, String> OF_ANY_BALANCER =
      of(
          "access_logs.s3.enabled", "false",
          "access_logs.s3.bucket", "",
          "access_logs.s3.prefix", "",
          "deletion_protection.enabled", "false",
          "ipv6.deny_all_igw_traffic", "false",
          "zonal_shift.config.enabled", "false");

  private static final Map<String, String> OF_APPLICATION =
      over(
          OF_ANY_BALANCER,
          "client_keep_alive.seconds",
          "3600",
          "connection_logs.s3.enabled",
          "false",
          "connection_logs.s3.bucket",
          "",
          "connection_logs.s3.prefix",
          "",
          "health_check_logs.s3.enabled",
          "false",
          "health_check_logs.s3.bucket",
          "",
          "health_check_logs.s3.prefix",
          "",
          "idle_timeout.timeout_seconds",
          "60",
          "load_balancing.cross_zone.enabled",
          "true",
          "routing.http.desync_mitigation_mode",
          "defensive",
          "routing.http.drop_invalid_header_fields.enabled",
          "false",
          "routing.http.preserve_host_header.enabled",
          "false",
          "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
          "false",
          "routing.http.xff_client_port.enabled",
          "false",
          "routing.http.xff_header_processing.mode",
          "append",
          "routing.http2.enabled",
          "true",
          "waf.fail_open.enabled",
          "false");

  private static final Map<String, String> OF_NETWORK =
      over(
          OF_ANY_BALANCER,
          "dns_record.client_routing_policy",
          "any_availability_zone",
          "load_balancing.cross_zone.enabled",
          "false",
          "secondary_ips.auto_assigned.per_subnet",
          "0");

  private static final Map<String, String> OF_ANY_GROUP =
      of(
          "deregistration_delay.timeout_seconds", "300",
          "load_balancing.cross_zone.enabled", "use_load_balancer_configuration",
          "stickiness.enabled", "false",
          "target_group_health.dns_failover.minimum_healthy_targets.count", "1",
          "target_group_health.dns_failover.minimum_healthy_targets.percentage", "off",
          "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1",
          "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off");

  private static final Map<String, String> OF_HTTP_GROUP =
      over(
          OF_ANY_GROUP,
          "load_balancing.algorithm.anomaly_mitigation",
          "off",
          "load_balancing.algorithm.type",
          "round_robin",
          "slow_start.duration_seconds",
          "0",
          "stickiness.app_cookie.cookie_name",
          "",
          "stickiness.app_cookie.duration_seconds",
          "86400",
          "stickiness.lb_cookie.duration_seconds",
          "86400",
          "stickiness.type",
          "lb_cookie");

  private static final Map<String, String> OF_TCP_GROUP =
      over(
          OF_ANY_GROUP,
          "deregistration_delay.connection_termination.enabled",
          "false",
          "preserve_client_ip.enabled",
          "false",
          "proxy_protocol_v2.enabled",
          "false",
          "stickiness.type",
          "source_ip",
          "target_health_state.unhealthy.connection_termination.enabled",
          "true",
          "target_health_state.unhealthy.draining_interval_seconds",
          "0");

  private static final Map<String, String> OF_HTTP_LISTENER =
      of(
          "routing.http.response.access_control_allow_credentials.header_value", "",
          "routing.http.response.access_control_allow_headers.header_value", "",
          "routing.http.response.access_control_allow_methods.header_value", "",
          "routing.http.response.access_control_allow_origin.header_value", "",
          "routing.http.response.access_control_expose_headers.header_value", "",
          "routing.http.response.access_control_max_age.header_value", "",
          "routing.http.response.content_security_policy.header_value", "",
          "routing.http.response.server.enabled", "true",
          "routing.http.response.x_content_type_options.header_value", "",
          "routing.http.response.x_frame_options.header_value", "");

  private static final Map<String, String> OF_HTTPS_LISTENER =
      over(
          OF_HTTP_LISTENER,
          "routing.http.request.x_amzn_mtls_clientcert.header_name",
          "X-Amzn-Mtls-Clientcert",
          "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name",
          "X-Amzn-Mtls-Clientcert-Issuer",
          "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name",
          "X-Amzn-Mtls-Clientcert-Leaf",
          "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name",
          "X-Amzn-Mtls-Clientcert-Serial-Number",
          "routing.http.request.x_amzn_mtls_clientcert_subject.header_name",
          "X-Amzn-Mtls-Clientcert-Subject",
          "routing.http.request.x_amzn_mtls_clientcert_validity.header_name",
          "X-Amzn-Mtls-Clientcert-Validity",
          "routing.http.request.x_amzn_tls_cipher_suite.header_name",
          "X-Amzn-Tls-Cipher-Suite",
          "routing.http.request.x_amzn_tls_version.header_name",
          "X-Amzn-Tls-Version",
          "routing.http.response.strict_transport_security.header_value",
          "");

  private static final Map<String, String> OF_TCP_LISTENER = of("tcp.idle_timeout.seconds", "350");

  private record Range(int least, int most) {}

  private static final Map<String, Range> RANGES =
      Map.of(
          "client_keep_alive.seconds", new Range(60, 604_800),
          "deregistration_delay.timeout_seconds", new Range(0, 3600),
          "idle_timeout.timeout_seconds", new Range(1, 4000),
          "slow_start.duration_seconds", new Range(0, 900),
          "stickiness.app_cookie.duration_seconds", new Range(1, 604_800),
          "stickiness.lb_cookie.duration_seconds", new Range(1, 604_800),
          "target_health_state.unhealthy.draining_interval_seconds", new Range(0, 360_000),
          "tcp.idle_timeout.seconds", new Range(60, 6000));

  private Attributes() {}

  public static Map<String, String> of(Balancing.LoadBalancer balancer) {
    return balancer.isNetwork() ? OF_NETWORK : OF_APPLICATION;
  }

  public static Map<String, String> of(Balancing.TargetGroup group) {
    return TargetGroups.isHttp(group.document()) ? OF_HTTP_GROUP : OF_TCP_GROUP;
  }

  public static Map<String, String> of(Balancing.Listener listener) {
    Members document = listener.document();
    return switch (document.text("Protocol", "")) {
      case "HTTP" -> OF_HTTP_LISTENER;
      case "HTTPS" -> OF_HTTPS_LISTENER;
      default -> OF_TCP_LISTENER;
    };
  }

  static void check(String key, String value) {
    Range range = RANGES.get(key);
    boolean valid =
        range != null
            ? value.matches("[0-9]{1,7}") && isWithin(range, Integer.parseInt(value))
            : !key.endsWith(".enabled")
                || key.startsWith("load_balancing.cross_zone")
                || value.equals("true")
                || value.equals("false");
    if (!valid || value.length() > 1024) {
      throw Refusals.invalid(
          "The value '%s' of the attribute '%s' is not valid".formatted(Rules.shown(value), key));
    }
  }

  private static boolean isWithin(Range range, int value) {
    return value >= range.least() && value <= range.most();
  }

  private static Map<String, String> of(String... pairs) {
    return over(Map.of(), pairs);
  }

  private static Map<String, String> over(Map<String, String> base, String... pairs) {
    Map<String, String> map = new LinkedHashMap<>(base);
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
