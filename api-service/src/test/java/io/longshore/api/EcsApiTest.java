package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.longshore.api.core.EcsException;
import io.longshore.api.testing.TestDatabase;
import io.longshore.messages.Command;
import io.longshore.messages.Ids;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ClusterField;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.Connectivity;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerImage;
import software.amazon.awssdk.services.ecs.model.DeleteTaskDefinitionsResponse;
import software.amazon.awssdk.services.ecs.model.DeploymentRolloutState;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.DescribeClustersResponse;
import software.amazon.awssdk.services.ecs.model.DescribeServicesResponse;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.LaunchType;
import software.amazon.awssdk.services.ecs.model.NamespaceNotFoundException;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceDeployment;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentBrief;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentNotFoundException;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentStatus;
import software.amazon.awssdk.services.ecs.model.ServiceNotActiveException;
import software.amazon.awssdk.services.ecs.model.ServiceNotFoundException;
import software.amazon.awssdk.services.ecs.model.SortOrder;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionStatus;
import software.amazon.awssdk.services.ecs.model.TaskField;
import software.amazon.awssdk.services.ecs.model.TaskStopCode;
import software.amazon.awssdk.services.ecs.model.UnsupportedFeatureException;

/**
 * Clusters, definitions, tasks and services, as the real client of AWS speaks and understands them.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
// The builders take generic varargs.
@SuppressWarnings({"NullAway.Init", "unchecked"})
class EcsApiTest extends EcsCalls {
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
  void aBlueGreenDeploymentShowsItsStageAndWhatIsAskedOfBothSides() {
    cluster("colours");
    register("coloured");
    Service service =
        ecs.createService(r ->
                r.cluster("colours")
                    .serviceName("front")
                    .taskDefinition("coloured")
                    .desiredCount(3)
                    .deploymentConfiguration(
                        d -> d.strategy(DeploymentStrategy.BLUE_GREEN).bakeTimeInMinutes(5)))
            .service();
    assertThat(service.deploymentConfiguration().strategy())
        .isEqualTo(DeploymentStrategy.BLUE_GREEN);
    ServiceDeployment baking =
        ecs.describeServiceDeployments(
                r -> r.serviceDeploymentArns(service.currentServiceDeployment()))
            .serviceDeployments()
            .getFirst();
    assertThat(baking.lifecycleStageAsString()).isEqualTo("BAKE_TIME");
    assertThat(baking.targetServiceRevision().requestedTaskCount()).isEqualTo(3);
    assertThat(baking.sourceServiceRevisions())
        .singleElement()
        .satisfies(blue -> assertThat(blue.requestedTaskCount()).isEqualTo(3));
  }

  @Test
  void serviceDeployments() {
    cluster("roll");
    String definition = register("rolled");
    Service service =
        ecs.createService(r ->
                r.cluster("roll")
                    .serviceName("front")
                    .taskDefinition("rolled")
                    .desiredCount(3)
                    .deploymentConfiguration(d ->
                        d.deploymentCircuitBreaker(b -> b.enable(true).rollback(true))
                            .alarms(a -> a.alarmNames("loud").enable(true).rollback(false))))
            .service();
    String digits = service.deployments().getFirst().id().substring("ecs-svc/".length());
    String revision = ARN + "service-revision/roll/front/" + digits;
    assertThat(service.currentServiceRevisions())
        .singleElement()
        .satisfies(current -> {
          assertThat(current.arn()).isEqualTo(revision);
          assertThat(current.requestedTaskCount()).isEqualTo(3);
        });

    List<ServiceDeploymentBrief> all =
        ecs.listServiceDeployments(r -> r.cluster("roll").service(service.serviceArn()))
            .serviceDeployments();
    assertThat(all)
        .extracting(ServiceDeploymentBrief::statusAsString)
        .containsExactly("IN_PROGRESS", "ROLLBACK_SUCCESSFUL");
    assertThat(all.getFirst().serviceDeploymentArn())
        .startsWith(ARN + "service-deployment/roll/front/")
        .isEqualTo(service.currentServiceDeployment());
    assertThat(all.getFirst().targetServiceRevisionArn()).isEqualTo(revision);
    assertThat(
            ecs.listServiceDeployments(r ->
                    r.cluster("roll")
                        .service("front")
                        .status(ServiceDeploymentStatus.ROLLBACK_SUCCESSFUL))
                .serviceDeployments())
        .containsExactly(all.get(1));
    assertThat(
            ecs.listServiceDeployments(r ->
                    r.cluster("roll")
                        .service("front")
                        .createdAt(c -> c.after(all.getFirst().createdAt())))
                .serviceDeployments())
        .containsExactly(all.getFirst());
    var page = ecs.listServiceDeployments(r -> r.cluster("roll").service("front").maxResults(1));
    assertThat(page.serviceDeployments()).containsExactly(all.getFirst());
    assertThat(
            ecs.listServiceDeployments(r ->
                    r.cluster("roll").service("front").maxResults(1).nextToken(page.nextToken()))
                .serviceDeployments())
        .containsExactly(all.get(1));

    String missing = ARN + "service-deployment/roll/front/none";
    var described =
        ecs.describeServiceDeployments(
            r -> r.serviceDeploymentArns(all.get(1).serviceDeploymentArn(), missing));
    assertThat(described.failures()).extracting(Failure::arn).containsExactly(missing);
    ServiceDeployment rolledBack = described.serviceDeployments().getFirst();
    assertThat(rolledBack.statusReason()).isEqualTo("it did not work");
    assertThat(rolledBack.deploymentCircuitBreaker().threshold()).isEqualTo(3);
    assertThat(rolledBack.deploymentCircuitBreaker().statusAsString()).isEqualTo("TRIGGERED");
    assertThat(rolledBack.rollback().serviceRevisionArn())
        .isEqualTo(ARN + "service-revision/roll/front/0000000000000000001");
    assertThat(rolledBack.targetServiceRevision().arn()).isEqualTo(revision);
    assertThat(rolledBack.sourceServiceRevisions()).hasSize(1);
    assertThat(rolledBack.deploymentConfiguration().maximumPercent()).isEqualTo(200);
    assertThat(rolledBack.alarms().alarmNames()).containsExactly("loud");

    var revisions =
        ecs.describeServiceRevisions(
            r -> r.serviceRevisionArns(revision, ARN + "service-revision/roll/front/7"));
    assertThat(revisions.failures()).extracting(Failure::reason).containsExactly("MISSING");
    assertThat(revisions.serviceRevisions().getFirst().taskDefinition()).isEqualTo(definition);
    assertThat(revisions.serviceRevisions().getFirst().containerImages())
        .extracting(ContainerImage::image, ContainerImage::imageDigest)
        .containsExactly(tuple("nginx:1", "sha256:00"));

    String stopped = all.getFirst().serviceDeploymentArn();
    assertThat(
            ecs.stopServiceDeployment(r -> r.serviceDeploymentArn(stopped)).serviceDeploymentArn())
        .isEqualTo(stopped);
    assertThat(((Command.StopServiceDeployment) scheduler.lastCommand()).stopType())
        .isEqualTo(Command.StopType.ROLLBACK);
    assertThatThrownBy(() -> ecs.stopServiceDeployment(r -> r.serviceDeploymentArn(missing)))
        .isInstanceOf(ServiceDeploymentNotFoundException.class);
    assertThatThrownBy(() -> ecs.listServiceDeployments(r -> r.cluster("roll").service("no-such")))
        .isInstanceOf(ServiceNotFoundException.class);
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
  void definitionsAreDeletedOneByOne() {
    register("gone");
    register("gone");
    ecs.deregisterTaskDefinition(r -> r.taskDefinition("gone:1"));
    DeleteTaskDefinitionsResponse deleted =
        ecs.deleteTaskDefinitions(r -> r.taskDefinitions("gone:1", "gone:9"));
    assertThat(deleted.taskDefinitions())
        .extracting(TaskDefinition::status)
        .containsExactly(TaskDefinitionStatus.DELETE_IN_PROGRESS);
    assertThat(deleted.taskDefinitions().getFirst().deleteRequestedAt()).isNotNull();
    assertThat(deleted.failures()).extracting(Failure::arn).containsExactly("gone:9");
    assertThat(
            ecs.listTaskDefinitions(
                    r -> r.familyPrefix("gone").status(TaskDefinitionStatus.DELETE_IN_PROGRESS))
                .taskDefinitionArns())
        .containsExactly(ARN + "task-definition/gone:1");
  }

  @Test
  void statisticsOfAClusterTellLaunchTypesApart() {
    cluster("counted");
    register("counted");
    ecs.runTask(r -> r.cluster("counted").taskDefinition("counted").count(2));
    ecs.runTask(r -> r.cluster("counted").taskDefinition("counted").launchType(LaunchType.FARGATE));
    ecs.createService(
        r -> r.cluster("counted").serviceName("s").taskDefinition("counted").desiredCount(1));
    assertThat(
            ecs.describeClusters(r -> r.clusters("counted").include(ClusterField.STATISTICS))
                .clusters()
                .getFirst()
                .statistics())
        .extracting(KeyValuePair::name, KeyValuePair::value)
        .contains(
            tuple("runningEC2TasksCount", "2"),
            tuple("runningFargateTasksCount", "1"),
            tuple("activeEC2ServiceCount", "1"),
            tuple("drainingFargateServiceCount", "0"));
    assertThat(ecs.listTasks(r -> r.cluster("counted").launchType(LaunchType.FARGATE)).taskArns())
        .hasSize(1);
  }

  @Test
  void servicesOfANamespace() {
    cluster("meshed");
    register("meshed");
    Service service =
        ecs.createService(r ->
                r.cluster("meshed")
                    .serviceName("s")
                    .taskDefinition("meshed")
                    .desiredCount(1)
                    .serviceConnectConfiguration(c -> c.enabled(true).namespace("mesh")))
            .service();
    assertThat(ecs.listServicesByNamespace(r -> r.namespace("mesh")).serviceArns())
        .containsExactly(service.serviceArn());
    assertThatThrownBy(() -> ecs.listServicesByNamespace(r -> r.namespace("nobody")))
        .isInstanceOf(NamespaceNotFoundException.class);
  }

  @Test
  void aConflictPointsToTheTasksThatAreThere() {
    cluster("default");
    register("twice");
    String id = Ids.derive("a task");
    scheduler.refuseWith(new EcsException("ConflictException", 400, "used before", List.of(id)));
    assertThatThrownBy(() -> ecs.runTask(r -> r.taskDefinition("twice").clientToken("t")))
        .isInstanceOfSatisfying(
            ConflictException.class,
            conflict ->
                assertThat(conflict.resourceIds()).containsExactly(ARN + "task/default/" + id));
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
    assertThatThrownBy(() -> ecs.describeTaskSets(r -> r.cluster("c").service("s")))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("DescribeTaskSets");
  }
}
