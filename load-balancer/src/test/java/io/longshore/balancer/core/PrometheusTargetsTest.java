package io.longshore.balancer.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.balancer.Routes;
import io.longshore.messages.Route;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusTargetsTest {
  private static final String WEB = "arn:targetgroup/web";

  @Test
  void eachTargetSaysWhoseItIsAndHowItIs() {
    Route.TaskTarget one = Routes.task(WEB, "one", 8001, false);
    Route.TaskTarget two = Routes.task(WEB, "two", 8002, true);
    Picture picture =
        Pictures.of(
            Routes.balancer(Routes.listener(80, Route.Protocol.HTTP, Routes.forward(WEB))),
            Routes.group(
                WEB,
                Map.of(),
                Route.Protocol.HTTP,
                Routes.check(),
                List.of(Routes.target(9999, null))),
            Routes.targets(one, two, Routes.task("arn:unknown", "three", 8003, false)));
    assertThat(PrometheusTargets.of(picture))
        .containsExactly(
            discovered(one, "healthy"),
            discovered(two, "draining"),
            new PrometheusTargets.Discovered(
                List.of("127.0.0.1:9999"),
                Map.of("target_group", "web", "__meta_longshore_state", "initial")));
  }

  private static PrometheusTargets.Discovered discovered(Route.TaskTarget target, String state) {
    return new PrometheusTargets.Discovered(
        List.of("127.0.0.1:" + target.port()),
        Map.of(
            "cluster", "default",
            "service", "web",
            "task", target.task().value(),
            "container", "web",
            "target_group", "web",
            "__meta_longshore_state", state));
  }
}
