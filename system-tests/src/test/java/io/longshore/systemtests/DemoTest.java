package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The demo where none of Longshore runs: it starts one on an engine, and leaves nothing of it. */
class DemoTest {
  @Test
  void itLeavesNoContainerBehind() throws Exception {
    try (TestEngine engine = TestEngine.orSkip()) {
      Standalone longshore = Standalone.up("demo", "docker");
      longshore.close();

      var demo = longshore.run("demo", Map.of());

      assertThat(demo.code()).as(demo.output()).isZero();
      assertThat(demo.output())
          .contains("driver docker")
          .contains("the service is whole again")
          .contains("service, tasks, definitions and cluster are gone");
      assertThat(engine.labelled("com.amazonaws.ecs.cluster"))
          .filteredOn(label -> label.startsWith("longshore-demo"))
          .isEmpty();
    }
  }
}
