package io.longshore.systemtests;

import io.longshore.chaos.TestImage;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Attachment;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Task;

/** The AWS SDK's client, and what most tests do with it. Safe for use by many threads. */
record Ecs(EcsClient client) implements AutoCloseable {
  /** Runs until it is told to stop, which it does at once; leaves no process behind. */
  static final String FOREVER = "trap 'exit 0' TERM; sleep 100000 & wait";

  static final String IMAGE = TestImage.NAME;

  /**
   * @param trusted who says which servers may be believed; none of them: those the JVM trusts
   */
  static Ecs at(URI endpoint, TrustManager... trusted) {
    return new Ecs(
        EcsClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(200)
                    .connectionTimeout(Duration.ofSeconds(5))
                    .connectionAcquisitionTimeout(Duration.ofSeconds(30))
                    .socketTimeout(Duration.ofSeconds(30))
                    .tlsTrustManagersProvider(trusted.length == 0 ? null : () -> trusted))
            .build());
  }

  /** Makes a cluster and waits until it has a host. */
  void cluster(String name) {
    client.createCluster(r -> r.clusterName(name));
    Waiting.forState("a container instance in " + name, 30)
        .until(() ->
            !client.listContainerInstances(r -> r.cluster(name)).containerInstanceArns().isEmpty());
  }

  /** One essential container {@code main}: a shell script in the test image. */
  String register(String family, String script) {
    return register(family, script, c -> {});
  }

  String register(String family, String script, Consumer<ContainerDefinition.Builder> more) {
    return client
        .registerTaskDefinition(r ->
            r.family(family)
                .containerDefinitions(c -> {
                  c.name("main")
                      .image(IMAGE)
                      .cpu(4)
                      .memory(16)
                      .essential(true)
                      .entryPoint("/bin/sh", "-c")
                      .command(script);
                  more.accept(c);
                }))
        .taskDefinition()
        .taskDefinitionArn();
  }

  void service(String cluster, String name, String definition, int count) {
    client.createService(
        r -> r.cluster(cluster).serviceName(name).taskDefinition(definition).desiredCount(count));
  }

  /** A service {@code site} of web servers that answer "from a task", behind a target group. */
  void site(String cluster, String group, int count) {
    String definition =
        register(
            "site",
            "mkdir -p /srv; echo from a task > /srv/index.html;"
                + " trap 'exit 0' TERM; httpd -f -p 80 -h /srv & wait",
            c -> c.portMappings(p -> p.containerPort(80).hostPort(0)));
    client.createService(r ->
        r.cluster(cluster)
            .serviceName("site")
            .taskDefinition(definition)
            .desiredCount(count)
            .loadBalancers(l -> l.targetGroupArn(group).containerName("main").containerPort(80)));
  }

  Service service(String cluster, String name) {
    return client.describeServices(r -> r.cluster(cluster).services(name)).services().getFirst();
  }

  /** Whether exactly this many run and nothing is on its way up. */
  boolean isAt(String cluster, String service, int count) {
    Service found = service(cluster, service);
    return found.runningCount() == count
        && found.pendingCount() == 0
        && found.deployments().size() == 1;
  }

  void awaitCount(String cluster, String service, int count, int seconds) {
    Waiting.forState("%d tasks of %s".formatted(count, service), seconds)
        .ignoreExceptions()
        .until(() -> isAt(cluster, service, count));
  }

  /** The tasks whose desired status is RUNNING; all pages. */
  List<Task> tasks(String cluster) {
    return describe(
        cluster, client.listTasksPaginator(r -> r.cluster(cluster)).taskArns().stream().toList());
  }

  List<Task> stoppedTasks(String cluster) {
    return describe(
        cluster,
        client
            .listTasksPaginator(r -> r.cluster(cluster).desiredStatus(DesiredStatus.STOPPED))
            .taskArns()
            .stream()
            .toList());
  }

  List<Task> describe(String cluster, List<String> arns) {
    List<Task> found = new ArrayList<>();
    for (int from = 0; from < arns.size(); from += 100) {
      List<String> some = arns.subList(from, Math.min(arns.size(), from + 100));
      found.addAll(client.describeTasks(r -> r.cluster(cluster).tasks(some)).tasks());
    }
    return found;
  }

  /** Starts one task; fails the test if it was not placed. */
  Task run(String cluster, String definition) {
    RunTaskResponse response =
        client.runTask(r -> r.cluster(cluster).taskDefinition(definition).count(1));
    if (response.tasks().isEmpty()) {
      throw new AssertionError("The task was not placed: " + response.failures());
    }
    return response.tasks().getFirst();
  }

  /** Waits for a task's state. */
  Task await(String cluster, String arn, String status) {
    Waiting.forState("%s of %s".formatted(status, arn), 60)
        .until(() -> status.equals(describe(cluster, List.of(arn)).getFirst().lastStatus()));
    return describe(cluster, List.of(arn)).getFirst();
  }

  /** What an attachment of a task says under a name; empty for nothing. */
  static String detail(Attachment attachment, String name) {
    return attachment.details().stream()
        .filter(pair -> pair.name().equals(name))
        .map(KeyValuePair::value)
        .findFirst()
        .orElse("");
  }

  /** Ends a service and everything it runs, and the cluster. */
  void tearDown(String cluster) {
    for (String service : client.listServices(r -> r.cluster(cluster)).serviceArns()) {
      client.deleteService(r -> r.cluster(cluster).service(service).force(true));
    }
    for (Task task : tasks(cluster)) {
      client.stopTask(r -> r.cluster(cluster).task(task.taskArn()).reason("the test is over"));
    }
    Waiting.forState("the end of every task in " + cluster, 60)
        .until(() ->
            tasks(cluster).isEmpty()
                && stoppedTasks(cluster).stream()
                    .allMatch(task -> "STOPPED".equals(task.lastStatus())));
    client.deleteCluster(r -> r.cluster(cluster));
  }

  @Override
  public void close() {
    client.close();
  }
}
