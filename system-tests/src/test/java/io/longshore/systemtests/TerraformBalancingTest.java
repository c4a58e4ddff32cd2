package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.LoopbackPorts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Load balancers by Terraform against {@code longshore up}: everything is applied, and planned
 * again to nothing. Skipped with a sentence where Terraform or its provider is not to be had.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class TerraformBalancingTest {
  private Terraform terraform;
  private Standalone longshore;

  @BeforeAll
  void start() throws Exception {
    Program.orSkip("terraform");
    terraform = Terraform.orSkip("terraform-balancing-work", "balancing.tf");
    longshore = Standalone.up("terraform-balancing", "simulated");
    terraform.set("endpoint", longshore.endpoint().toString());
    terraform.set("port", Integer.toString(LoopbackPorts.next()));
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      longshore.close();
    }
  }

  @Test
  void whatIsAppliedIsPlannedToNothing() throws Exception {
    terraform.set("path", "/up");
    terraform.set("tags", "{team=\"blue\"}");
    terraform.apply("first", longshore);
    assertThat(described("DescribeTargetGroups")).contains("<HealthCheckPath>/up<");
    assertThat(described("DescribeLoadBalancers")).contains("<DNSName>front.elb.localhost<");

    terraform.set("path", "/ready");
    terraform.set("tags", "{team=\"green\"}");
    terraform.apply("second", longshore);
    assertThat(described("DescribeTargetGroups")).contains("<HealthCheckPath>/ready<");

    terraform.destroy(longshore);
    assertThat(described("DescribeTargetGroups")).doesNotContain("<TargetGroupName>");
    assertThat(described("DescribeLoadBalancers")).doesNotContain("<LoadBalancerName>");
  }

  private String described(String action) throws Exception {
    URI endpoint = longshore.endpoint();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(endpoint.resolve("/"))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString("Version=2015-12-01&Action=" + action))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
