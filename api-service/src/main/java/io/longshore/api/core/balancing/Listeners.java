package io.longshore.api.core.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.messages.Arns;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Listeners: what can be asked for, what is filled in, and how they look. */
public final class Listeners {
  private static final String STANDARD_POLICY = "ELBSecurityPolicy-2016-08";
  private static final int PORT_MAX = 65_535;

  private Listeners() {}

  public static int port(Members request) {
    return Requests.range(request, "Port", 1, PORT_MAX);
  }

  /** The protocol, when it is one that the load balancer or listener can have. */
  public static String protocol(Members request, String arn) {
    String protocol = Requests.required(request, "Protocol");
    Set<String> possible = ArnOf.isNetwork(arn) ? Set.of("TCP", "TLS") : Set.of("HTTP", "HTTPS");
    if (!possible.contains(protocol)) {
      throw EcsException.of(
          "UnsupportedProtocol",
          "Protocol '%s' is not supported by this type of load balancer here".formatted(protocol));
    }
    return protocol;
  }

  public static boolean isSecure(String protocol) {
    return protocol.equals("HTTPS") || protocol.equals("TLS");
  }

  /** The default certificate of a request; null when it names none. */
  public static @Nullable String certificate(Members request) {
    List<Members> certificates = request.objects("Certificates");
    if (certificates.size() > 1) {
      throw Refusals.invalid("A listener must be given one certificate; add others afterwards");
    }
    return certificates.isEmpty()
        ? null
        : Requests.required(certificates.getFirst(), "CertificateArn");
  }

  /** Those of a request that adds or removes some. */
  public static List<String> certificates(Members request) {
    List<String> arns = new ArrayList<>();
    for (Members certificate : request.objects("Certificates")) {
      arns.add(Requests.required(certificate, "CertificateArn"));
    }
    if (arns.isEmpty()) {
      throw Refusals.invalid("'Certificates' must be specified");
    }
    return arns;
  }

  /**
   * The members of a listener's document that a request gives.
   *
   * @param protocol what the listener is to have afterwards
   */
  public static Members document(Members request, String protocol) {
    Members document =
        request.only(
            List.of("Port", "Protocol", "SslPolicy", "AlpnPolicy", "MutualAuthentication"));
    String policy = document.text("SslPolicy");
    if (policy != null) {
      SslPolicies.require(policy);
    }
    if (isSecure(protocol)) {
      return document;
    }
    if (document.has("SslPolicy") || !request.objects("Certificates").isEmpty()) {
      throw Refusals.invalid(
          "Certificates and SslPolicy cannot be specified for %s listeners".formatted(protocol));
    }
    return document.without("AlpnPolicy", "MutualAuthentication");
  }

  public static Members shown(Balancing.Listener listener) {
    Members document = listener.document();
    Members shown =
        Members.NONE
            .with("ListenerArn", listener.arn())
            .with("LoadBalancerArn", Arns.loadBalancerOf(listener.arn()))
            .over(document);
    if (!isSecure(document.text("Protocol", ""))) {
      return shown.without("SslPolicy");
    }
    return shown
        .withDefault("SslPolicy", STANDARD_POLICY)
        .with(
            "Certificates",
            listener.certificates().stream()
                .limit(1)
                .map(arn -> Members.NONE.with("CertificateArn", arn))
                .toList());
  }

  public static List<Members> shownCertificates(Balancing.Listener listener) {
    List<Members> shown = new ArrayList<>();
    for (String arn : listener.certificates()) {
      shown.add(Members.NONE.with("CertificateArn", arn).with("IsDefault", shown.isEmpty()));
    }
    return shown;
  }
}
