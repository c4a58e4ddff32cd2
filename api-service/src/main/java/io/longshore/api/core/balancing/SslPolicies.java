package io.longshore.api.core.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import java.util.List;

/** ELB's security policies. A listener keeps the name of one; nothing else follows from it here. */
public final class SslPolicies {
  private static final List<String> TLS_1_2 = List.of("TLSv1.2");
  private static final List<String> TLS_1_3 = List.of("TLSv1.3", "TLSv1.2");

  private record Policy(String name, List<String> protocols) {}

  private static final List<Policy> ALL =
      List.of(
          new Policy("ELBSecurityPolicy-2016-08", TLS_1_2),
          new Policy("ELBSecurityPolicy-TLS-1-1-2017-01", TLS_1_2),
          new Policy("ELBSecurityPolicy-TLS-1-2-2017-01", TLS_1_2),
          new Policy("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", TLS_1_2),
          new Policy("ELBSecurityPolicy-FS-2018-06", TLS_1_2),
          new Policy("ELBSecurityPolicy-FS-1-2-2019-08", TLS_1_2),
          new Policy("ELBSecurityPolicy-FS-1-2-Res-2020-10", TLS_1_2),
          new Policy("ELBSecurityPolicy-TLS13-1-2-2021-06", TLS_1_3),
          new Policy("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", TLS_1_3),
          new Policy("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", TLS_1_3),
          new Policy("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", TLS_1_3),
          new Policy("ELBSecurityPolicy-TLS13-1-3-2021-06", List.of("TLSv1.3")));

  private SslPolicies() {}

  static void require(String name) {
    if (ALL.stream().noneMatch(policy -> policy.name().equals(name))) {
      throw EcsException.of(
          "SSLPolicyNotFound", "SSL policy '%s' not found".formatted(Rules.shown(name)));
    }
  }

  /**
   * @param names empty for all
   */
  public static List<Members> shown(List<String> names) {
    names.forEach(SslPolicies::require);
    return ALL.stream()
        .filter(policy -> names.isEmpty() || names.contains(policy.name()))
        .map(policy ->
            Members.NONE
                .with("Name", policy.name())
                .with("SslProtocols", policy.protocols())
                .with("SupportedLoadBalancerTypes", List.of("application", "network")))
        .toList();
  }
}
