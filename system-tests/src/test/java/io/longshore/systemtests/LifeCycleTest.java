package io.longshore.systemtests;

import org.jspecify.annotations.Nullable;

/** The life cycle with {@code longshore up}. */
class LifeCycleTest extends LifeCycle {
  private @Nullable Standalone longshore;

  @Override
  Ecs startLongshore() {
    longshore = Standalone.up("life-cycle", "docker");
    return Ecs.at(longshore.endpoint());
  }

  @Override
  String hostId() {
    if (longshore == null) {
      throw new IllegalStateException("not started");
    }
    return longshore.hostId();
  }

  @Override
  void stopLongshore() throws Exception {
    if (longshore != null) {
      String host = longshore.hostId();
      longshore.close();
      engine.removeAll(host);
    }
  }
}
