package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.longshore.api.core.EcsException;
import io.longshore.api.testing.FakeScheduler;
import io.longshore.api.testing.KnownMembers;
import io.longshore.api.testing.TestDatabase;
import io.longshore.messages.Command;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ClusterField;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.Connectivity;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.DeploymentRolloutState;
import software.amazon.awssdk.services.ecs.model.DescribeClustersResponse;
import software.amazon.awssdk.services.ecs.model.DescribeServicesResponse;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.LaunchType;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceNotActiveException;
import software.amazon.awssdk.services.ecs.model.SortOrder;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskField;
import software.amazon.awssdk.services.ecs.model.TaskStopCode;
import software.amazon.awssdk.services.ecs.model.UnsupportedFeatureException;

/** Every operation, as the real client of AWS speaks and understands it. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
// The builders take generic varargs.
@SuppressWarnings({"NullAway.Init", "unchecked"})
class EcsApiTest {
  private static final String ARN = "arn:aws:ecs:us-east-1:000000000000:";

  @TestHTTPResource("/")
  URI endpoint;

  @Inject FakeScheduler scheduler;

  private EcsClient ecs;

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

  private String register(String family) {
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

  private String cluster(String name) {
    return ecs.createCluster(r -> r.clusterName(name)).cluster().clusterArn();
  }

  @Test
  void clusters() {
    Cluster created =
        ecs.createCluster(r -> r.clusterName("c1").tags(t -> t.key("k").value("v"))).cluster();
    assertThat(created.clusterArn()).isEqualTo(ARN + "cluster/c1");
    assertThat(created.status()).isEqualTo("ACTIVE");
    assertThat(created.registeredContainerInstancesCount()).isEqualTo(1);
    assertThat(created.tags()).extracting(Tag::key).containsExactly("k");

    DescribeClustersResponse described =
        ecs.describeClusters(r ->
            r.clusters("c1", "nothing", "arn:aws:ecs:eu-west-1:1:cluster/c1")
                .include(ClusterField.TAGS, ClusterField.SETTINGS));
    assertThat(described.clusters()).extracting(Cluster::clusterName).containsExactly("c1");
    assertThat(described.clusters().getFirst().settings()).hasSize(1);
    assertThat(described.failures())
        .extracting(Failure::reason, Failure::arn)
        .containsExactly(
            tuple("MISSING", ARN + "cluster/nothing"),
            tuple("MISSING", "arn:aws:ecs:eu-west-1:1:cluster/c1"));
    assertThat(ecs.listClusters().clusterArns()).contains(ARN + "cluster/c1");

    assertThat(ecs.deleteCluster(r -> r.cluster("c1")).cluster().status()).isEqualTo("INACTIVE");
    assertThat(ecs.listClusters().clusterArns()).doesNotContain(ARN + "cluster/c1");
  }

  @Test
  void definitions() {
    RegisterTaskDefinitionResponse registered =
        ecs.registerTaskDefinition(r ->
            r.family("def")
                .networkMode(NetworkMode.BRIDGE)
                .containerDefinitions(c ->
                    c.name("web")
                        .image("nginx:1")
                        .memory(64)
                        .linuxParameters(l -> l.initProcessEnabled(true))
                        .portMappings(p -> p.containerPort(80)))
                .tags(t -> t.key("team").value("blue")));
    TaskDefinition definition = registered.taskDefinition();
    assertThat(definition.revision()).isEqualTo(1);
    assertThat(definition.registeredAt()).isEqualTo(Instant.parse("2026-01-02T03:04:05.678Z"));
    assertThat(definition.requiresCompatibilitiesAsStrings()).isEmpty();
    ContainerDefinition container = definition.containerDefinitions().getFirst();
    assertThat(container.cpu()).isZero();
    assertThat(container.essential()).isTrue();
    assertThat(container.hasEnvironment()).isTrue();
    assertThat(container.linuxParameters().initProcessEnabled()).isTrue();
    assertThat(container.portMappings().getFirst().hostPort()).isZero();
    assertThat(container.portMappings().getFirst().protocolAsString()).isEqualTo("tcp");
    assertThat(registered.tags()).hasSize(1);

    register("def");
    assertThat(ecs.describeTaskDefinition(r -> r.taskDefinition("def")).taskDefinition().revision())
        .isEqualTo(2);
    assertThat(
            ecs.listTaskDefinitions(r -> r.familyPrefix("def").sort(SortOrder.DESC))
                .taskDefinitionArns())
        .containsExactly(ARN + "task-definition/def:2", ARN + "task-definition/def:1");
    assertThat(ecs.listTaskDefinitionFamilies(r -> r.familyPrefix("de")).families())
        .containsExactly("def");

    assertThat(
            ecs.deregisterTaskDefinition(r -> r.taskDefinition("def:2"))
                .taskDefinition()
                .statusAsString())
        .isEqualTo("INACTIVE");
    assertThat(ecs.describeTaskDefinition(r -> r.taskDefinition("def")).taskDefinition().revision())
        .isEqualTo(1);
    assertThatThrownBy(() -> ecs.runTask(r -> r.taskDefinition("def:2")))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("inactive");
  }

  @Test
  void pagesOfDefinitions() {
    for (int i = 0; i < 5; i++) {
      register("paged");
    }
    List<String> arns =
        ecs
            .listTaskDefinitionsPaginator(r -> r.familyPrefix("paged").maxResults(2))
            .taskDefinitionArns()
            .stream()
            .toList();
    assertThat(arns).hasSize(5).doesNotHaveDuplicates();
    String token = ecs.listTaskDefinitions(r -> r.familyPrefix("paged").maxResults(2)).nextToken();
    assertThatThrownBy(() -> ecs.listTaskDefinitions(r -> r.familyPrefix("other").nextToken(token)))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("nextToken");
  }

  @Test
  void tasks() {
    cluster("default");
    register("job");
    RunTaskResponse run =
        ecs.runTask(r ->
            r.taskDefinition("job")
                .count(2)
                .startedBy("me")
                .clientToken("t-1")
                .propagateTags(PropagateTags.TASK_DEFINITION)
                .overrides(o ->
                    o.containerOverrides(c ->
                        c.name("web").command("true").environment(e -> e.name("B").value("2")))));
    assertThat(run.tasks()).hasSize(2);
    assertThat(run.failures()).extracting(Failure::reason).containsExactly("RESOURCE:MEMORY");
    assertThat(scheduler.lastToken()).isEqualTo("RunTask/default/t-1");
    Command.RunTask command = (Command.RunTask) scheduler.lastCommand();
    assertThat(command.spec().containers().getFirst().command()).containsExactly("true");
    assertThat(command.spec().containers().getFirst().environment())
        .containsEntry("A", "1")
        .containsEntry("B", "2");
    assertThat(command.group()).isEqualTo("family:job");

    String arn = run.tasks().getFirst().taskArn();
    Task task = ecs.describeTasks(r -> r.tasks(arn).include(TaskField.TAGS)).tasks().getFirst();
    assertThat(task.lastStatus()).isEqualTo("RUNNING");
    assertThat(task.cpu()).isEqualTo("256");
    assertThat(task.memory()).isEqualTo("1024");
    assertThat(task.connectivity()).isEqualTo(Connectivity.CONNECTED);
    assertThat(task.availabilityZone()).isEqualTo("zone-a");
    assertThat(task.attributes()).extracting(Attribute::value).containsExactly("x86_64");
    assertThat(task.tags()).extracting(Tag::value).containsExactly("blue");
    assertThat(task.overrides().containerOverrides().getFirst().command()).containsExactly("true");
    Container container = task.containers().getFirst();
    assertThat(container.image()).isEqualTo("nginx:1");
    assertThat(container.exitCode()).isNull();
    assertThat(container.networkBindings().getFirst().hostPort()).isEqualTo(32768);

    assertThat(ecs.listTasks(r -> r.startedBy("me")).taskArns()).hasSize(2).contains(arn);
    assertThat(ecs.listTasks(r -> r.family("job")).taskArns()).contains(arn);
    assertThat(ecs.listTasks(r -> r.launchType(LaunchType.FARGATE)).taskArns()).isEmpty();
    Task stopped = ecs.stopTask(r -> r.task(arn).reason("enough")).task();
    assertThat(stopped.stoppedReason()).isEqualTo("enough");
    assertThat(stopped.stopCode()).isEqualTo(TaskStopCode.USER_INITIATED);
    assertThat(ecs.listTasks(r -> r.desiredStatus(DesiredStatus.STOPPED)).taskArns()).contains(arn);

    String missing = "0123456789abcdef0123456789abcdef";
    assertThat(ecs.describeTasks(r -> r.tasks(missing)).failures())
        .extracting(Failure::arn)
        .containsExactly(ARN + "task/default/" + missing);
    assertThatThrownBy(() -> ecs.describeTasks(r -> r.cluster("no-such").tasks(missing)))
        .isInstanceOf(ClusterNotFoundException.class);
  }

  @Test
  void instances() {
    cluster("inst");
    register("placed");
    ecs.runTask(r -> r.cluster("inst").taskDefinition("placed"));
    List<String> arns = ecs.listContainerInstances(r -> r.cluster("inst")).containerInstanceArns();
    assertThat(arns).hasSize(1);
    ContainerInstance instance =
        ecs.describeContainerInstances(r -> r.cluster("inst").containerInstances(arns))
            .containerInstances()
            .getFirst();
    assertThat(instance.agentConnected()).isTrue();
    assertThat(instance.runningTasksCount()).isEqualTo(1);
    assertThat(instance.registeredResources().getFirst().integerValue()).isEqualTo(4096);
    assertThat(instance.remainingResources().getFirst().integerValue()).isEqualTo(4096 - 256);
    assertThat(instance.remainingResources().get(2).stringSetValue())
        .containsExactly("22", "32768");
  }

  @Test
  void services() {
    cluster("svc");
    String definition = register("web");
    Service created =
        ecs.createService(r ->
                r.cluster("svc")
                    .serviceName("front")
                    .taskDefinition("web")
                    .desiredCount(3)
                    .clientToken("once"))
            .service();
    assertThat(scheduler.lastToken()).isEqualTo("CreateService/svc/once");
    assertThat(created.serviceArn()).isEqualTo(ARN + "service/svc/front");
    assertThat(created.taskDefinition()).isEqualTo(definition);
    assertThat(created.deploymentConfiguration().maximumPercent()).isEqualTo(200);
    assertThat(created.schedulingStrategy()).isEqualTo(SchedulingStrategy.REPLICA);
    assertThat(created.networkConfiguration()).isNull();
    assertThat(created.deployments()).hasSize(1);
    assertThat(created.deployments().getFirst().rolloutState())
        .isEqualTo(DeploymentRolloutState.IN_PROGRESS);
    assertThat(created.events()).hasSize(2);
    assertThat(created.events().getFirst().message()).contains("event 1");

    Service updated =
        ecs.updateService(r ->
                r.cluster("svc")
                    .service("front")
                    .desiredCount(5)
                    .deploymentConfiguration(d -> d.minimumHealthyPercent(50)))
            .service();
    assertThat(updated.desiredCount()).isEqualTo(5);
    assertThat(updated.deploymentConfiguration().minimumHealthyPercent()).isEqualTo(50);
    assertThat(updated.deploymentConfiguration().maximumPercent()).isEqualTo(200);
    Command.UpdateService command = (Command.UpdateService) scheduler.lastCommand();
    assertThat(command.spec()).isNull();
    assertThat(command.forceNewDeployment()).isFalse();

    assertThat(ecs.listServices(r -> r.cluster("svc")).serviceArns())
        .containsExactly(ARN + "service/svc/front");
    Service deleted =
        ecs.deleteService(r -> r.cluster("svc").service("front").force(true)).service();
    assertThat(deleted.status()).isEqualTo("DRAINING");
    assertThat(ecs.listServices(r -> r.cluster("svc")).serviceArns()).isEmpty();
    DescribeServicesResponse described =
        ecs.describeServices(r -> r.cluster("svc").services("front", "back"));
    assertThat(described.services()).extracting(Service::status).containsExactly("DRAINING");
    assertThat(described.failures()).extracting(Failure::reason).containsExactly("MISSING");
  }

  @Test
  void tags() {
    String arn = cluster("tagged");
    ecs.tagResource(r -> r.resourceArn(arn).tags(Tag.builder().key("a").value("b").build()));
    assertThat(ecs.listTagsForResource(r -> r.resourceArn(arn)).tags())
        .extracting(Tag::key)
        .containsExactly("a");
    ecs.untagResource(r -> r.resourceArn(arn).tagKeys("a"));
    assertThat(ecs.listTagsForResource(r -> r.resourceArn(arn)).tags()).isEmpty();
  }

  @Test
  void theSchedulersRefusalsReachTheClient() {
    scheduler.refuseWith(EcsException.of("ServiceNotActiveException", "Service was not ACTIVE."));
    assertThatThrownBy(() -> ecs.updateService(r -> r.service("gone").desiredCount(1)))
        .isInstanceOf(ServiceNotActiveException.class)
        .hasMessageContaining("not ACTIVE");
  }

  @Test
  void anOperationThatIsNotHereYetSaysSo() {
    assertThatThrownBy(() -> ecs.listAccountSettings())
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("ListAccountSettings");
  }
}
