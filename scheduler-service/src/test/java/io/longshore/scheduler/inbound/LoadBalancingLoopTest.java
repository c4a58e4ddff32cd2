package io.longshore.scheduler.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Arns;
import io.longshore.messages.Codec;
import io.longshore.messages.Json;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Route;
import io.longshore.messages.Topics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is decided about load balancing is stored, shown, told and still there afterwards. */
class LoadBalancingLoopTest {
  private static final Arns ARNS = new Arns("us-east-1", "000000000000");
  private static final String GROUP = ARNS.targetGroup("web", "3123456789abcdef");
  private static final String BALANCER =
      ARNS.loadBalancer(Route.Kind.APPLICATION, "front", "0123456789abcdef");
  private static final String LISTENER = Arns.listener(BALANCER, "1123456789abcdef");
  private static final String RULE = Arns.rule(LISTENER, "2123456789abcdef");
  private static final Json DOCUMENT =
      new Json(
          """
          {"Port":80,"VpcId":"vpc-1","HealthCheckEnabled":true,"HealthCheckProtocol":"HTTP",
          "HealthCheckPort":"traffic-port","HealthCheckPath":"/","HealthCheckIntervalSeconds":30,
          "HealthCheckTimeoutSeconds":5,"HealthyThresholdCount":5,"UnhealthyThresholdCount":2,
          "Matcher":{"HttpCode":"200"}}
          """);

  @Test
  void routesAreToldWholeAndSurviveARestart(@TempDir Path data) throws Exception {
    try (SchedulerUnderTest scheduler = new SchedulerUnderTest(data)) {
      scheduler.start();
      assertThat(scheduler.ask(group())).isEqualTo(Accepted.of(GROUP));
      Route.Action forward =
          new Route.Action.Forward(List.of(new Route.Action.WeightedGroup(GROUP, 1)), null);
      Route.Condition path = new Route.Condition.Path(List.of("/a/*"));
      scheduler.ask(
          new LoadBalancingCommand.CreateLoadBalancer(
              BALANCER, "front", Route.Kind.APPLICATION, DOCUMENT, Map.of()));
      scheduler.ask(
          new LoadBalancingCommand.CreateListener(
              LISTENER,
              BALANCER,
              80,
              Route.Protocol.HTTP,
              List.of(),
              new Route.Action.FixedResponse(404, "text/plain", "no"),
              Json.EMPTY,
              Map.of()));
      scheduler.ask(
          new LoadBalancingCommand.CreateRule(
              RULE, LISTENER, 10, List.of(path), forward, Json.EMPTY, Map.of()));
      assertThat(texts(scheduler, "select listener_arn || priority from read.listener_rule"))
          .containsExactly(LISTENER + 10);
      assertThat(texts(scheduler, "select load_balancer_arn || port from read.listener"))
          .containsExactly(BALANCER + 80);
      assertThat(
              texts(
                  scheduler,
                  "select target_group_arn || load_balancer_arn from read.target_group_use"))
          .containsExactly(GROUP + BALANCER);
      awaitRoute(
          scheduler,
          BALANCER,
          "\"rules\":[{\"arn\":\"%s\",\"priority\":10".formatted(RULE),
          "\"port\":80");

      scheduler.stop();
      scheduler.start();
      assertThat(scheduler.ask(group())).as("the same again").isEqualTo(Accepted.of(GROUP));
      scheduler.ask(new LoadBalancingCommand.DeleteLoadBalancer(BALANCER));
      scheduler.ask(new LoadBalancingCommand.DeleteTargetGroup(GROUP));
      assertThat(texts(scheduler, "select arn from scheduler.load_balancing")).isEmpty();
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(routes(scheduler).values()).containsOnly(""));
    }
  }

  private static LoadBalancingCommand group() {
    return new LoadBalancingCommand.CreateTargetGroup(
        GROUP, "web", Route.Protocol.HTTP, "HTTP1", DOCUMENT, Map.of());
  }

  private static void awaitRoute(SchedulerUnderTest scheduler, String arn, String... parts) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(routes(scheduler))
                .extractingByKey("balancer/" + arn)
                .asString()
                .contains(parts));
  }

  /** The last record of each key; empty for a tombstone. */
  private static Map<String, String> routes(SchedulerUnderTest scheduler) throws Exception {
    Map<String, String> last = new HashMap<>();
    for (var record : scheduler.heard()) {
      if (record.topic().equals(Topics.ROUTES)) {
        byte[] value = record.value();
        last.put(
            record.key(), value == null ? "" : Codec.encodeText(Codec.decode(value, Route.class)));
      }
    }
    return last;
  }

  private static List<String> texts(SchedulerUnderTest scheduler, String sql) throws Exception {
    List<String> texts = new ArrayList<>();
    try (Connection connection = scheduler.dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }
}
