package io.longshore.runner.engine.kubernetes;

import io.longshore.messages.Json;
import io.longshore.runner.core.Inspection;
import io.longshore.runner.engine.Insight;
import org.jspecify.annotations.Nullable;

/**
 * Pods may be on any node, from where this machine is found at no address the driver could know:
 * whoever runs the runner may say one ({@code longshore.runner.metadata-address}).
 */
final class PodInsight implements Insight {
  static final PodInsight NONE = new PodInsight();

  private PodInsight() {}

  @Override
  public @Nullable String bridgeAddress() {
    return null;
  }

  @Override
  public @Nullable Inspection inspect(String container, String runtimeId) {
    return null;
  }

  @Override
  public @Nullable Json statistics(String runtimeId) {
    return null;
  }
}
