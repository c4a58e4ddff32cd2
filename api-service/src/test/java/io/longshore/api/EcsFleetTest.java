package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.longshore.api.testing.FakeScheduler;
import io.longshore.api.testing.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStatus;
import software.amazon.awssdk.services.ecs.model.CapacityProviderUpdateStatus;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceStatus;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Setting;
import software.amazon.awssdk.services.ecs.model.SettingName;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TargetNotFoundException;
import software.amazon.awssdk.services.ecs.model.Task;

/** Container instances, capacity providers and account settings, as the client of AWS has them. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
// The builders take generic varargs.
@SuppressWarnings({"NullAway.Init", "unchecked"})
class EcsFleetTest extends EcsCalls {
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

  private String instanceOf(String cluster) {
    return ecs.listContainerInstances(r -> r.cluster(cluster)).containerInstanceArns().getFirst();
  }

  @Test
  void anInstanceIsRegisteredBeforeItsRunnerComes() {
    cluster("awaited");
    ContainerInstance registered =
        ecs.registerContainerInstance(r ->
                r.cluster("awaited")
                    .attributes(a -> a.name("disk").value("ssd"))
                    .tags(t -> t.key("team").value("blue"))
                    .versionInfo(v -> v.agentVersion("1.2"))
                    .totalResources(
                        cpu -> cpu.name("CPU").type("INTEGER").integerValue(2048),
                        ports -> ports.name("PORTS").type("STRINGSET").stringSetValue("22", "80")))
            .containerInstance();
    assertThat(registered.containerInstanceArn()).startsWith(ARN + "container-instance/awaited/");
    assertThat(registered.status()).isEqualTo("ACTIVE");
    assertThat(registered.agentConnected()).isFalse();
    assertThat(registered.attributes()).extracting(Attribute::name).containsExactly("disk");
    assertThat(registered.tags()).extracting(Tag::value).containsExactly("blue");
    assertThat(registered.versionInfo().agentVersion()).isEqualTo("1.2");
    assertThat(registered.registeredResources().getFirst().integerValue()).isEqualTo(2048);
    assertThat(registered.registeredResources().get(2).stringSetValue())
        .containsExactly("22", "80");
    assertThat(
            ecs.listContainerInstances(r -> r.cluster("awaited").filter("agentConnected == false"))
                .containerInstanceArns())
        .containsExactly(registered.containerInstanceArn());

    ContainerInstance again =
        ecs.registerContainerInstance(r ->
                r.cluster("awaited")
                    .containerInstanceArn(registered.containerInstanceArn())
                    .totalResources(m -> m.name("MEMORY").type("INTEGER").integerValue(512)))
            .containerInstance();
    assertThat(again.containerInstanceArn()).isEqualTo(registered.containerInstanceArn());
    assertThatThrownBy(() ->
            ecs.registerContainerInstance(r ->
                r.cluster("awaited")
                    .containerInstanceArn(
                        ARN + "container-instance/elsewhere/" + FakeScheduler.RUNNER)))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(() ->
            ecs.registerContainerInstance(
                r -> r.cluster("awaited").attributes(a -> a.name("ecs.os-type").value("plan9"))))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("the host itself");
    assertThatThrownBy(() ->
            ecs.registerContainerInstance(r ->
                r.cluster("awaited")
                    .totalResources(g -> g.name("GPU").type("STRINGSET").stringSetValue("gpu-0"))))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("GPU must be empty");
    for (String port : List.of("x", "65536", "-1")) {
      assertThatThrownBy(() ->
              ecs.registerContainerInstance(r ->
                  r.totalResources(p -> p.name("PORTS").type("STRINGSET").stringSetValue(port))))
          .isInstanceOf(InvalidParameterException.class);
    }
  }

  @Test
  void attributesAndFilters() {
    cluster("attr");
    String instance = instanceOf("attr");
    assertThat(
            ecs.putAttributes(r ->
                    r.cluster("attr")
                        .attributes(a -> a.name("stack").value("prod").targetId(instance)))
                .attributes())
        .extracting(Attribute::name, Attribute::targetId)
        .containsExactly(tuple("stack", instance));
    assertThat(
            ecs.listAttributes(
                    r -> r.cluster("attr").targetType("container-instance").attributeName("stack"))
                .attributes())
        .extracting(Attribute::value, Attribute::targetId)
        .containsExactly(tuple("prod", instance));
    assertThat(
            ecs.listAttributesPaginator(
                    r -> r.cluster("attr").targetType("container-instance").maxResults(1))
                .attributes())
        .extracting(Attribute::name)
        .containsExactly("ecs.availability-zone", "ecs.cpu-architecture", "stack");
    assertThat(filtered("attr", "attribute:stack == prod and agentConnected == true"))
        .containsExactly(instance);
    register("grouped");
    ecs.runTask(r -> r.cluster("attr").taskDefinition("grouped").group("jobs"));
    assertThat(filtered("attr", "task:group == jobs and runningTasksCount == 1"))
        .containsExactly(instance);
    assertThat(filtered("attr", "not (task:group == jobs)")).isEmpty();
    assertThatThrownBy(() -> filtered("attr", "attribute:stack = prod"))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("character 17");
    ecs.deleteAttributes(
        r -> r.cluster("attr").attributes(a -> a.name("stack").targetId(instance)));
    assertThat(filtered("attr", "attribute:stack exists")).isEmpty();
    assertThatThrownBy(() ->
            ecs.putAttributes(r ->
                r.cluster("attr")
                    .attributes(a -> a.name("ecs.os-type").value("x").targetId(instance))))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(() ->
            ecs.putAttributes(r ->
                r.cluster("attr")
                    .attributes(
                        a -> a.name("stack").value("x").targetId(ARN + "container-instance/b/c"))))
        .isInstanceOf(TargetNotFoundException.class);
  }

  private List<String> filtered(String cluster, String filter) {
    return ecs.listContainerInstances(r -> r.cluster(cluster).filter(filter))
        .containerInstanceArns();
  }

  @Test
  void drainingDeregisteringAndStartingOnInstances() {
    cluster("drained");
    String instance = instanceOf("drained");
    var drained =
        ecs.updateContainerInstancesState(r ->
            r.cluster("drained")
                .containerInstances(instance, ARN + "container-instance/other/x")
                .status(ContainerInstanceStatus.DRAINING));
    assertThat(drained.containerInstances())
        .extracting(ContainerInstance::status)
        .containsExactly("DRAINING");
    assertThat(drained.failures()).extracting(Failure::reason).containsExactly("MISSING");
    register("started");
    var started =
        ecs.startTask(
            r -> r.cluster("drained").taskDefinition("started").containerInstances(instance));
    assertThat(started.tasks()).hasSize(1);
    assertThat(started.failures())
        .extracting(Failure::arn, Failure::reason)
        .containsExactly(
            tuple(ARN + "container-instance/drained/" + FakeScheduler.RUNNER, "RESOURCE:CPU"));
    assertThat(
            ecs.deregisterContainerInstance(
                    r -> r.cluster("drained").containerInstance(instance).force(true))
                .containerInstance()
                .status())
        .isEqualTo("INACTIVE");
  }

  @Test
  void taskProtection() {
    cluster("safe");
    register("protected");
    String task =
        ecs.runTask(r -> r.cluster("safe").taskDefinition("protected"))
            .tasks()
            .getFirst()
            .taskArn();
    assertThat(ecs.getTaskProtection(r -> r.cluster("safe").tasks(task)).failures())
        .extracting(Failure::arn, Failure::reason)
        .containsExactly(tuple(task, "TASK_NOT_VALID"));
    var updated =
        ecs.updateTaskProtection(
            r -> r.cluster("safe").tasks(task).protectionEnabled(true).expiresInMinutes(60));
    assertThat(updated.protectedTasks().getFirst().protectionEnabled()).isTrue();
    assertThat(updated.protectedTasks().getFirst().expirationDate())
        .isAfter(Instant.now().plusSeconds(3000));
    ecs.updateTaskProtection(r -> r.cluster("safe").tasks(task).protectionEnabled(false));
    assertThat(
            ecs.getTaskProtection(r -> r.cluster("safe").tasks(task))
                .protectedTasks()
                .getFirst()
                .protectionEnabled())
        .isFalse();
    assertThatThrownBy(() ->
            ecs.updateTaskProtection(
                r -> r.cluster("safe").tasks(task).protectionEnabled(true).expiresInMinutes(2881)))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("expiresInMinutes");
  }

  @Test
  void capacityProviders() {
    assertThat(ecs.describeCapacityProviders(r -> r.maxResults(10)).capacityProviders())
        .extracting(CapacityProvider::name)
        .startsWith("FARGATE", "FARGATE_SPOT");
    String arn =
        ecs.createCapacityProvider(r ->
                r.name("pool")
                    .autoScalingGroupProvider(g -> g.autoScalingGroupArn("arn:aws:autoscaling:g"))
                    .tags(Tag.builder().key("a").value("b").build()))
            .capacityProvider()
            .capacityProviderArn();
    assertThat(arn).isEqualTo(ARN + "capacity-provider/pool");
    assertThat(ecs.listTagsForResource(r -> r.resourceArn(arn)).tags()).hasSize(1);
    cluster("pooled");
    register("pooled");
    ecs.putClusterCapacityProviders(r ->
        r.cluster("pooled")
            .capacityProviders(arn)
            .defaultCapacityProviderStrategy(s -> s.capacityProvider("pool").weight(1)));
    Cluster cluster = ecs.describeClusters(r -> r.clusters("pooled")).clusters().getFirst();
    assertThat(cluster.capacityProviders()).containsExactly("pool");
    assertThat(cluster.defaultCapacityProviderStrategy()).hasSize(1);

    Task task = ecs.runTask(r -> r.cluster("pooled").taskDefinition("pooled")).tasks().getFirst();
    assertThat(task.capacityProviderName()).isEqualTo("pool");
    Service service =
        ecs.createService(
                r -> r.cluster("pooled").serviceName("s").taskDefinition("pooled").desiredCount(1))
            .service();
    assertThat(service.capacityProviderStrategy()).hasSize(1);
    assertThat(service.launchType()).isNull();
    assertThatThrownBy(() ->
            ecs.runTask(r ->
                r.cluster("pooled")
                    .taskDefinition("pooled")
                    .capacityProviderStrategy(s -> s.capacityProvider("FARGATE"))))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("FARGATE");
    assertThatThrownBy(() -> ecs.deleteCapacityProvider(r -> r.capacityProvider("pool")))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("pooled");
    assertThatThrownBy(() ->
            ecs.putClusterCapacityProviders(r ->
                r.cluster("pooled")
                    .capacityProviders("nobody")
                    .defaultCapacityProviderStrategy(List.of())))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("nobody");
    ecs.putClusterCapacityProviders(r ->
        r.cluster("pooled")
            .capacityProviders(List.of())
            .defaultCapacityProviderStrategy(List.of()));
    assertThat(ecs.deleteCapacityProvider(r -> r.capacityProvider("pool")).capacityProvider())
        .extracting(CapacityProvider::status, CapacityProvider::updateStatus)
        .containsExactly(
            CapacityProviderStatus.INACTIVE, CapacityProviderUpdateStatus.DELETE_COMPLETE);
  }

  @Test
  void settingsOfTheAccount() {
    String user = "arn:aws:iam::000000000000:user/settled";
    assertThat(ecs.listAccountSettings(r -> r.principalArn(user)).settings()).isEmpty();
    assertThat(
            ecs.listAccountSettings(r ->
                    r.principalArn(user)
                        .effectiveSettings(true)
                        .name(SettingName.TASK_LONG_ARN_FORMAT))
                .settings())
        .extracting(Setting::value)
        .containsExactly("enabled");
    ecs.putAccountSetting(
        r -> r.principalArn(user).name(SettingName.CONTAINER_INSIGHTS).value("enabled"));
    assertThat(ecs.listAccountSettings(r -> r.principalArn(user)).settings())
        .extracting(Setting::name)
        .containsExactly(SettingName.CONTAINER_INSIGHTS);
    assertThat(
            ecs.listAccountSettingsPaginator(
                    r -> r.principalArn(user).effectiveSettings(true).maxResults(4))
                .settings())
        .hasSize(11);
    assertThat(
            ecs.deleteAccountSetting(r -> r.principalArn(user).name(SettingName.CONTAINER_INSIGHTS))
                .setting()
                .value())
        .isEqualTo("disabled");
  }
}
