package io.longshore.api.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskInterface;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskShapesTest {
  private static final TaskId TASK = new TaskId("0123456789abcdef0123456789abcdef");
  private static final String CHECKED =
      "{'name':'%s','essential':%s,'healthCheck':{'command':['CMD','x']}}";

  /** Two containers with a check, and how the task is by theirs. */
  @ParameterizedTest
  @CsvSource({
    "true, HEALTHY, true, HEALTHY, HEALTHY",
    "true, HEALTHY, true, UNKNOWN, UNKNOWN",
    "true, UNKNOWN, true, UNHEALTHY, UNHEALTHY",
    "true, HEALTHY, false, UNHEALTHY, HEALTHY",
    "false, HEALTHY, false, HEALTHY, UNKNOWN",
  })
  void aTaskIsAsWellAsItsEssentialContainers(
      boolean essentialA, HealthStatus a, boolean essentialB, HealthStatus b, HealthStatus task) {
    String definition =
        "{'containerDefinitions':[%s,%s,{'name':'c'}]}"
            .formatted(CHECKED.formatted("a", essentialA), CHECKED.formatted("b", essentialB));
    Members shape = shape(definition, "{}", seen("a", a, null), seen("b", b, null));
    assertThat(shape.text("healthStatus")).isEqualTo(task.name());
    assertThat(shape.objects("containers"))
        .extracting(container -> container.text("healthStatus"))
        .containsExactly(a.name(), b.name(), "UNKNOWN");
  }

  @Test
  void aTaskWithAnAddressOfItsOwnHasAnInterface() {
    Members shape =
        shape(
            "{'networkMode':'awsvpc','containerDefinitions':[{'name':'a'}]}",
            "{'networkConfiguration':{'awsvpcConfiguration':{'subnets':['subnet-1']}}}",
            seen("a", HealthStatus.UNKNOWN, "10.0.0.7"));
    TaskInterface card = TaskInterface.of(TASK);
    Members attachment = shape.objects("attachments").getFirst();
    assertThat(attachment.text("type")).isEqualTo("ElasticNetworkInterface");
    assertThat(attachment.text("status")).isEqualTo("ATTACHED");
    assertThat(attachment.objects("details"))
        .extracting(detail -> detail.text("name") + "=" + detail.text("value"))
        .containsExactly(
            "subnetId=subnet-1",
            "networkInterfaceId=" + card.id(),
            "macAddress=" + card.macAddress(),
            "privateIPv4Address=10.0.0.7");
    assertThat(card.id()).matches("eni-[0-9a-f]{17}");
    assertThat(card.macAddress()).matches("0a(:[0-9a-f]{2}){5}");
    Members network =
        shape.objects("containers").getFirst().objects("networkInterfaces").getFirst();
    assertThat(network.text("privateIpv4Address")).isEqualTo("10.0.0.7");
    assertThat(network.text("attachmentId")).isEqualTo(attachment.text("id"));
  }

  @Test
  void aTaskOnTheHostsNetworkHasNone() {
    Members shape =
        shape(
            "{'networkMode':'host','containerDefinitions':[{'name':'a'}]}",
            "{}",
            seen("a", HealthStatus.UNKNOWN, null));
    assertThat(shape.objects("attachments")).isEmpty();
    assertThat(shape.objects("containers").getFirst().objects("networkInterfaces")).isEmpty();
  }

  private static ContainerObservation seen(
      String name, HealthStatus health, @Nullable String address) {
    return new ContainerObservation(
        name, "id", ContainerStatus.RUNNING, null, null, null, List.of(), health, address);
  }

  private static Members shape(
      String definition, String document, ContainerObservation... containers) {
    Instant now = Instant.EPOCH;
    return new TaskShapes(new Arns("us-east-1", "000000000000"))
        .task(
            new Described.Task(
                TASK,
                new ClusterName("default"),
                new TaskDefinitionId("f", 1),
                Members.stored(definition.replace('\'', '"')),
                "family:f",
                null,
                new RunnerId(TASK.value()),
                "zone",
                "RUNNING",
                "RUNNING",
                1,
                1,
                Members.stored(document.replace('\'', '"')),
                Map.of(),
                List.of(containers),
                null,
                null,
                true,
                1,
                new Described.Times(now, now, null, null, null, null, null, null),
                null),
            false);
  }
}
