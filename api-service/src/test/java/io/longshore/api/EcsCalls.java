package io.longshore.api;

import io.longshore.api.testing.FakeScheduler;
import io.longshore.api.testing.KnownMembers;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;

/**
 * The client of AWS for the tests that speak to the api through it, and what several of them make.
 */
@SuppressWarnings("NullAway.Init")
abstract class EcsCalls {
  static final String ARN = "arn:aws:ecs:us-east-1:000000000000:";

  @TestHTTPResource("/")
  URI endpoint;

  @Inject FakeScheduler scheduler;

  EcsClient ecs;

  @BeforeEach
  void open() {
    ecs =
        EcsClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .httpClient(Apache5HttpClient.create())
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .overrideConfiguration(o ->
                o.addExecutionInterceptor(new KnownMembers())
                    .apiCallTimeout(Duration.ofSeconds(20)))
            .build();
  }

  @AfterEach
  void close() {
    scheduler.refuseWith(null);
    ecs.close();
  }

  String register(String family) {
    return ecs.registerTaskDefinition(r ->
            r.family(family)
                .cpu(".25 vCPU")
                .memory("1GB")
                .containerDefinitions(c ->
                    c.name("web")
                        .image("nginx:1")
                        .portMappings(p -> p.containerPort(80))
                        .environment(e -> e.name("A").value("1")))
                .tags(t -> t.key("team").value("blue")))
        .taskDefinition()
        .taskDefinitionArn();
  }

  String cluster(String name) {
    return ecs.createCluster(r -> r.clusterName(name)).cluster().clusterArn();
  }
}
