package io.longshore.standalone;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Cluster;

/** A Longshore as its clients see it: through the AWS SDK. Not safe for use by many threads. */
final class Ecs implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final EcsClient client;

  Ecs(URI endpoint) {
    client =
        EcsClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .httpClientBuilder(
                Apache5HttpClient.builder().connectionTimeout(PATIENCE).socketTimeout(PATIENCE))
            .build();
  }

  EcsClient client() {
    return client;
  }

  /** One line for all, and one for every cluster. */
  List<String> counts() {
    List<String> arns = clusterArns();
    List<String> lines = new ArrayList<>();
    lines.add("clusters  " + arns.size());
    // As many as one DescribeClusters may name.
    for (int from = 0; from < arns.size(); from += 100) {
      List<String> some = arns.subList(from, Math.min(arns.size(), from + 100));
      for (Cluster cluster : client.describeClusters(r -> r.clusters(some)).clusters()) {
        lines.add(
            "  %s: %d services, %d tasks running, %d pending, %d container instances"
                .formatted(
                    cluster.clusterName(),
                    cluster.activeServicesCount(),
                    cluster.runningTasksCount(),
                    cluster.pendingTasksCount(),
                    cluster.registeredContainerInstancesCount()));
      }
    }
    return lines;
  }

  private List<String> clusterArns() {
    return client.listClustersPaginator().clusterArns().stream().toList();
  }

  @Override
  public void close() {
    client.close();
  }
}
