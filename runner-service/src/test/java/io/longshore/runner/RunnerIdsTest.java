package io.longshore.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Ids;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class RunnerIdsTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final String ARN = "arn:aws:ecs:us-east-1:000000000000:container-instance/shop/";
  private static final ClusterName SHOP = new ClusterName("shop");

  private static RunnerIds ids(Map<String, String> more) throws Exception {
    Properties defaults = new Properties();
    try (var file =
        RunnerSettings.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
      defaults.load(file);
    }
    Map<String, String> all = new HashMap<>();
    defaults.forEach((key, value) -> all.put(key.toString(), value.toString()));
    // Quarkus reads durations as people write them; here there is only what Java reads.
    all.replaceAll((key, value) -> value.matches("[0-9]+s") ? "PT" + value : value);
    all.put("longshore.runner.cluster", "shop");
    more.forEach((key, value) -> all.put("longshore.runner." + key, value));
    RunnerSettings settings =
        new SmallRyeConfigBuilder()
            .withSources(new PropertiesConfigSource(all, "test", 100))
            .withMapping(RunnerSettings.class)
            .withValidateUnknown(false)
            .build()
            .getConfigMapping(RunnerSettings.class);
    return RunnerIds.of(settings, "host");
  }

  @Test
  void withoutTheSettingTheyFollowFromTheHost() throws Exception {
    RunnerIds own = ids(Map.of("count", "2"));
    assertThat(own.claimed()).isNull();
    assertThat(own.of(SHOP, 1).value()).isEqualTo(Ids.derive("host", "shop", "1"));
    assertThat(ids(Map.of("instance", "")).claimed()).isNull();
  }

  @Test
  void theSettingIsAnIdOrAnArnOfTheCluster() throws Exception {
    assertThat(ids(Map.of("instance", ID)).of(SHOP, 0).value()).isEqualTo(ID);
    assertThat(ids(Map.of("instance", ARN + ID)).of(SHOP, 0).value()).isEqualTo(ID);
  }

  @Test
  void whatCannotBeOneInstanceIsRefusedInOneSentence() {
    refused(Map.of("instance", ID, "count", "2"), "names one container instance");
    refused(Map.of("instance", ID, "cluster", "*"), "names one container instance");
    refused(Map.of("instance", "web-1"), "must be the ARN of a container instance or its id");
    refused(Map.of("instance", ARN + "short"), "must be the ARN of a container instance or its id");
    refused(Map.of("instance", "task/shop/" + ID), "must be the ARN of a container instance");
    refused(Map.of("instance", ARN + ID, "cluster", "lab"), "is of the cluster shop");
  }

  private static void refused(Map<String, String> settings, String sentence) {
    assertThatThrownBy(() -> ids(settings))
        .isInstanceOf(RefusedToStartException.class)
        .hasMessageStartingWith("LONGSHORE_RUNNER_INSTANCE ")
        .hasMessageContaining(sentence)
        .hasMessageEndingWith(".");
  }
}
