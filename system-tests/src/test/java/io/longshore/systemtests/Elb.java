package io.longshore.systemtests;

import java.net.URI;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ActionTypeEnum;
import software.amazon.awssdk.services.elasticloadbalancingv2.model.ProtocolEnum;

/** The AWS SDK's client of load balancing. */
final class Elb {
  private Elb() {}

  static ElasticLoadBalancingV2Client at(URI endpoint, TrustManager... trusted) {
    return ElasticLoadBalancingV2Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
        .httpClientBuilder(
            Apache5HttpClient.builder()
                .tlsTrustManagersProvider(trusted.length == 0 ? null : () -> trusted))
        .build();
  }

  /**
   * A load balancer that forwards from a port to a target group of its own.
   *
   * @return the ARN of the group
   */
  static String front(ElasticLoadBalancingV2Client elb, int port) {
    String group =
        elb.createTargetGroup(r ->
                r.name("site")
                    .protocol(ProtocolEnum.HTTP)
                    .port(80)
                    .vpcId("vpc-1")
                    .healthCheckIntervalSeconds(5)
                    .healthyThresholdCount(2))
            .targetGroups()
            .getFirst()
            .targetGroupArn();
    front(elb, port, group);
    return group;
  }

  /** A load balancer with a listener for HTTP on a port, which forwards to a target group. */
  static void front(ElasticLoadBalancingV2Client elb, int port, String group) {
    String balancer =
        elb.createLoadBalancer(r -> r.name("front").subnets("subnet-1"))
            .loadBalancers()
            .getFirst()
            .loadBalancerArn();
    elb.createListener(r ->
        r.loadBalancerArn(balancer)
            .protocol(ProtocolEnum.HTTP)
            .port(port)
            .defaultActions(a -> a.type(ActionTypeEnum.FORWARD).targetGroupArn(group)));
  }
}
