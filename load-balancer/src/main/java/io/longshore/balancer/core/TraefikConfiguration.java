package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Routes and healthy targets as a dynamic configuration of Traefik, version 3. Listeners are entry
 * points of the operator's, named {@code port-N}.
 *
 * <p>A map without members is left out, as Traefik refuses it.
 */
public final class TraefikConfiguration {
  /** Above the lowest of ELB's rules, which Traefik counts the other way round. */
  private static final int HIGHEST_PRIORITY = 60_000;

  private static final int DEFAULT_PRIORITY = 1;

  /** ELB does not look at a target's certificate. */
  private static final String UNVERIFIED = "unverified";

  /** Scheme, host, port, path, and query with its question mark. */
  private static final String URL = "^(https?)://([^/:]+)(:[0-9]+)?/([^?]*)(\\?.*)?$";

  /**
   * @param leftOut what Traefik has no words for, as sentences
   */
  public record Said(Map<String, Object> configuration, List<String> leftOut) {}

  private final Picture picture;
  private final List<String> leftOut = new ArrayList<>();
  private final Map<String, Object> routers = new TreeMap<>();
  private final Map<String, Object> services = new TreeMap<>();
  private final Map<String, Object> middlewares = new TreeMap<>();
  private final Map<String, Object> transports = new TreeMap<>();
  private final Map<String, Object> tcpRouters = new TreeMap<>();
  private final Map<String, Object> tcpServices = new TreeMap<>();
  private final Map<String, Object> tcpTransports = new TreeMap<>();

  private TraefikConfiguration(Picture picture) {
    this.picture = picture;
  }

  public static Said of(Picture picture) {
    TraefikConfiguration made = new TraefikConfiguration(picture);
    Map<Integer, String> owners = new TreeMap<>();
    for (RoutingTable.Listening listening : picture.table().listeners()) {
      String arn = listening.listener().arn();
      String owner = owners.putIfAbsent(listening.listener().port(), arn);
      if (owner == null) {
        made.listener(listening.listener());
      } else {
        made.leftOut.add("The listener " + arn + ": its port is that of " + owner + ".");
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    put(all, "http", made.http());
    put(all, "tcp", made.tcp());
    return new Said(all, List.copyOf(made.leftOut));
  }

  private Map<String, Object> http() {
    Map<String, Object> http = new LinkedHashMap<>();
    put(http, "routers", routers);
    put(http, "services", services);
    put(http, "middlewares", middlewares);
    put(http, "serversTransports", transports);
    return http;
  }

  private Map<String, Object> tcp() {
    Map<String, Object> tcp = new LinkedHashMap<>();
    put(tcp, "routers", tcpRouters);
    put(tcp, "services", tcpServices);
    put(tcp, "serversTransports", tcpTransports);
    return tcp;
  }

  private static void put(Map<String, Object> into, String name, Map<String, Object> value) {
    if (!value.isEmpty()) {
      into.put(name, value);
    }
  }

  private void listener(Route.Listener listener) {
    switch (listener.protocol()) {
      case HTTP, HTTPS -> {
        for (Route.Rule rule : listener.rules()) {
          String said = TraefikRule.of(rule.conditions());
          if (said == null) {
            leftOut.add("The rule " + rule.arn() + ": Traefik cannot say its conditions.");
          } else {
            router(
                listener,
                Integer.toString(rule.priority()),
                said,
                HIGHEST_PRIORITY - rule.priority(),
                rule.action());
          }
        }
        router(listener, "default", TraefikRule.ANY, DEFAULT_PRIORITY, listener.defaultAction());
      }
      case TCP, TLS -> tcpRouter(listener);
    }
  }

  private static String entryPoint(Route.Listener listener) {
    return "port-" + listener.port();
  }

  private void router(
      Route.Listener listener, String which, String rule, int priority, Route.Action action) {
    String name = entryPoint(listener) + "-" + which;
    Map<String, Object> router = new LinkedHashMap<>();
    router.put("entryPoints", List.of(entryPoint(listener)));
    router.put("rule", rule);
    router.put("priority", priority);
    switch (action) {
      case Route.Action.Forward forward -> {
        String service = service(name, forward);
        if (service == null) {
          leftOut.add("The router " + name + ": it has no group of HTTP to forward to.");
          return;
        }
        router.put("service", service);
      }
      case Route.Action.Redirect redirect -> {
        middlewares.put(name, redirect(redirect, listener));
        router.put("middlewares", List.of(name));
        // Every router needs one; requests do not come to it.
        router.put("service", "noop@internal");
      }
      case Route.Action.FixedResponse fixed -> {
        leftOut.add("The router " + name + ": Traefik has no fixed responses.");
        return;
      }
    }
    if (listener.protocol() == Route.Protocol.HTTPS) {
      router.put("tls", Map.of());
    }
    routers.put(name, router);
  }

  /** Null when there is no group it could lead to. */
  private @Nullable String service(String router, Route.Action.Forward forward) {
    List<Map<String, Object>> weighted = new ArrayList<>();
    for (Route.Action.WeightedGroup one : forward.groups()) {
      Route.Group group = picture.table().groups().get(one.groupArn());
      boolean http =
          group != null
              && (group.protocol() == Route.Protocol.HTTP
                  || group.protocol() == Route.Protocol.HTTPS);
      if (group != null && http && one.weight() > 0) {
        services.computeIfAbsent(group.name(), name -> service(group));
        weighted.add(Map.of("name", group.name(), "weight", one.weight()));
      }
    }
    if (weighted.isEmpty()) {
      return null;
    }
    if (weighted.size() == 1) {
      return String.valueOf(weighted.getFirst().get("name"));
    }
    Map<String, Object> choice = new LinkedHashMap<>();
    choice.put("services", weighted);
    Integer sticky = forward.stickySeconds();
    if (sticky != null) {
      choice.put("sticky", cookie(StickyCookie.GROUP, sticky));
    }
    services.put(router, Map.of("weighted", choice));
    return router;
  }

  private static Map<String, Object> cookie(String name, long seconds) {
    return Map.of("cookie", Map.of("name", name, "maxAge", seconds, "path", "/"));
  }

  private Map<String, Object> service(Route.Group group) {
    boolean secure = group.protocol() == Route.Protocol.HTTPS;
    List<Map<String, Object>> servers =
        picture.eligible(group.arn()).stream()
            .map(key ->
                Map.<String, Object>of("url", (secure ? "https://" : "http://") + key.address()))
            .toList();
    Map<String, Object> balanced = new LinkedHashMap<>();
    balanced.put("passHostHeader", true);
    if (!servers.isEmpty()) {
      balanced.put("servers", servers);
    }
    GroupAttributes attributes = GroupAttributes.of(group.attributes());
    switch (attributes.stickiness()) {
      case COOKIE ->
          balanced.put("sticky", cookie(StickyCookie.TARGET, attributes.cookieAge().toSeconds()));
      case SOURCE ->
          leftOut.add("The stickiness by address of " + group.name() + ": not for HTTP.");
      case NONE -> {}
    }
    if (secure) {
      transports.put(UNVERIFIED, Map.of("insecureSkipVerify", true));
      balanced.put("serversTransport", UNVERIFIED);
    }
    return Map.of("loadBalancer", balanced);
  }

  private static Map<String, Object> redirect(
      Route.Action.Redirect redirect, Route.Listener listener) {
    String scheme = filled(redirect.protocol(), listener).toLowerCase(java.util.Locale.ROOT);
    String port = filled(redirect.port(), listener);
    boolean usual =
        (scheme.equals("https") && port.equals("443"))
            || (scheme.equals("http") && port.equals("80"));
    String path = filled(redirect.path(), listener);
    String query =
        redirect.query().equals("#{query}")
            ? "${5}"
            : redirect.query().isEmpty() ? "" : "?" + filled(redirect.query(), listener);
    return Map.of(
        "redirectRegex",
        Map.of(
            "regex",
            URL,
            "replacement",
            scheme
                + "://"
                + filled(redirect.host(), listener)
                + (usual ? "" : ":" + port)
                + (path.startsWith("/") ? "" : "/")
                + path
                + query,
            "permanent",
            redirect.statusCode() == 301));
  }

  private static String filled(String part, Route.Listener listener) {
    boolean secure = listener.protocol() == Route.Protocol.HTTPS;
    return part.replace("$", "$$")
        .replace("#{protocol}", secure ? "https" : "http")
        .replace("#{port}", Integer.toString(listener.port()))
        .replace("#{host}", "${2}")
        .replace("#{path}", "${4}")
        .replace("#{query}", "${5}");
  }

  private void tcpRouter(Route.Listener listener) {
    String name = entryPoint(listener);
    String service =
        listener.defaultAction() instanceof Route.Action.Forward forward
            ? tcpService(name, forward)
            : null;
    if (service == null) {
      // Not told: without a target there is nothing a connection could lead to, as here.
      return;
    }
    Map<String, Object> router = new LinkedHashMap<>();
    router.put("entryPoints", List.of(name));
    router.put("rule", "HostSNI(`*`)");
    router.put("service", service);
    if (listener.protocol() == Route.Protocol.TLS) {
      router.put("tls", Map.of());
    }
    tcpRouters.put(name, router);
  }

  private @Nullable String tcpService(String router, Route.Action.Forward forward) {
    List<Map<String, Object>> weighted = new ArrayList<>();
    for (Route.Action.WeightedGroup one : forward.groups()) {
      Route.Group group = picture.table().groups().get(one.groupArn());
      if (group != null && one.weight() > 0 && !picture.eligible(group.arn()).isEmpty()) {
        tcpServices.computeIfAbsent(group.name(), name -> tcpService(group));
        weighted.add(Map.of("name", group.name(), "weight", one.weight()));
      }
    }
    if (weighted.size() < 2) {
      return weighted.isEmpty() ? null : String.valueOf(weighted.getFirst().get("name"));
    }
    tcpServices.put(router, Map.of("weighted", Map.of("services", weighted)));
    return router;
  }

  private Map<String, Object> tcpService(Route.Group group) {
    boolean secure = group.protocol() == Route.Protocol.TLS;
    Map<String, Object> balanced = new LinkedHashMap<>();
    balanced.put(
        "servers",
        picture.eligible(group.arn()).stream()
            .map(key ->
                secure
                    ? Map.<String, Object>of("address", key.address(), "tls", true)
                    : Map.<String, Object>of("address", key.address()))
            .toList());
    if (secure) {
      tcpTransports.put(UNVERIFIED, Map.of("tls", Map.of("insecureSkipVerify", true)));
      balanced.put("serversTransport", UNVERIFIED);
    }
    return Map.of("loadBalancer", balanced);
  }
}
