package io.longshore.chaos;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.Task;

/** The AWS SDK's client of one api. Safe for use by many threads. */
record Client(EcsClient ecs) implements AutoCloseable {
  static final String CLUSTER = "chaos";
  private static final int DESCRIBED_AT_ONCE = 100;
  private static final int SERVICES_AT_ONCE = 10;

  static Client of(URI endpoint) {
    return new Client(
        EcsClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .overrideConfiguration(o ->
                o.apiCallAttemptTimeout(Duration.ofSeconds(12))
                    .apiCallTimeout(Duration.ofSeconds(30)))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(50)
                    .connectionTimeout(Duration.ofSeconds(2))
                    .socketTimeout(Duration.ofSeconds(12)))
            .build());
  }

  /** One container that runs a shell script; returns the revision's ARN. */
  String register(String family, String script) {
    return ecs.registerTaskDefinition(r ->
            r.family(family)
                .containerDefinitions(c ->
                    c.name("main")
                        .image(TestImage.NAME)
                        .cpu(4)
                        .memory(16)
                        .essential(true)
                        // A signal that comes before the shell has set its trap is lost to it.
                        .stopTimeout(2)
                        .entryPoint("/bin/sh", "-c")
                        .command(script)))
        .taskDefinition()
        .taskDefinitionArn();
  }

  /** With all its tasks; returns its ARN. */
  String delete(String service) {
    return ecs.deleteService(r -> r.cluster(CLUSTER).service(service).force(true))
        .service()
        .serviceArn();
  }

  List<String> definitions() {
    return ecs.listTaskDefinitionsPaginator(r -> {}).taskDefinitionArns().stream().toList();
  }

  List<History.Service> services(List<String> names) {
    List<History.Service> found = new ArrayList<>();
    for (int from = 0; from < names.size(); from += SERVICES_AT_ONCE) {
      List<String> some = names.subList(from, Math.min(names.size(), from + SERVICES_AT_ONCE));
      ecs.describeServices(r -> r.cluster(CLUSTER).services(some))
          .services()
          .forEach(service ->
              found.add(
                  new History.Service(
                      service.serviceName(),
                      service.status(),
                      service.desiredCount(),
                      service.runningCount(),
                      service.pendingCount(),
                      service.deployments().size(),
                      service.taskDefinition())));
    }
    return found;
  }

  /** Those that are to run, and those that have ended. */
  List<History.Task> tasks() {
    List<String> arns = new ArrayList<>();
    for (DesiredStatus desired : List.of(DesiredStatus.RUNNING, DesiredStatus.STOPPED)) {
      ecs.listTasksPaginator(r -> r.cluster(CLUSTER).desiredStatus(desired)).taskArns().stream()
          .filter(arn -> !arns.contains(arn))
          .forEach(arns::add);
    }
    List<History.Task> found = new ArrayList<>();
    for (int from = 0; from < arns.size(); from += DESCRIBED_AT_ONCE) {
      List<String> some = arns.subList(from, Math.min(arns.size(), from + DESCRIBED_AT_ONCE));
      for (Task task : ecs.describeTasks(r -> r.cluster(CLUSTER).tasks(some)).tasks()) {
        boolean job = !String.valueOf(task.startedBy()).startsWith("ecs-svc");
        found.add(new History.Task(task.taskArn(), task.lastStatus(), task.version(), job));
      }
    }
    return found;
  }

  @Override
  public void close() {
    ecs.close();
  }
}
