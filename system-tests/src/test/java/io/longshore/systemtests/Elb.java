package io.longshore.systemtests;

import java.net.URI;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.elasticloadbalancingv2.ElasticLoadBalancingV2Client;

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
}
