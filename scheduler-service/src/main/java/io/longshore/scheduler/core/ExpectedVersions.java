package io.longshore.scheduler.core;

import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.scheduler.core.CommandDecider.Decided;
import org.jspecify.annotations.Nullable;

/**
 * Whether a command comes to what its sender has seen. It is asked where the command is decided, so
 * nothing can come in between. A version rises with commands only: what the scheduler does by
 * itself is nobody's to overwrite.
 */
final class ExpectedVersions {
  private ExpectedVersions() {}

  /** Null when the command may be decided. What is not there is left to the command to say. */
  static @Nullable Decided refusal(State state, CommandEnvelope envelope) {
    Long expected = envelope.expectedVersion();
    if (expected == null) {
      return null;
    }
    Versioned changed = changed(state, envelope.command());
    if (changed == null || changed.version() == expected) {
      return null;
    }
    return Decided.rejected(
        ErrorType.PRECONDITION_FAILED,
        "The %s has changed: its version is %d and not %d."
            .formatted(changed.what(), changed.version(), expected));
  }

  private record Versioned(String what, long version) {}

  private static @Nullable Versioned changed(State state, Command command) {
    return switch (command) {
      case Command.UpdateService update -> of(state.service(update.cluster(), update.service()));
      case Command.DeleteService delete -> of(state.service(delete.cluster(), delete.service()));
      case Command.UpdateCluster update -> of(state.cluster(update.cluster()));
      case Command.PutClusterCapacityProviders put -> of(state.cluster(put.cluster()));
      case Command.DeleteCluster delete -> of(state.cluster(delete.cluster()));
      case Command.UpdateCapacityProvider update -> of(state.capacityProvider(update.name()));
      case Command.DeleteCapacityProvider delete -> of(state.capacityProvider(delete.name()));
      // Those that replace nothing anybody could have read.
      case Command.CreateCluster _,
          Command.RegisterTaskDefinition _,
          Command.DeregisterTaskDefinition _,
          Command.DeleteTaskDefinition _,
          Command.RunTask _,
          Command.StartTask _,
          Command.StopTask _,
          Command.UpdateTaskProtection _,
          Command.TellTaskProtection _,
          Command.CreateService _,
          Command.StopServiceDeployment _,
          Command.TagResource _,
          Command.UntagResource _,
          Command.PutAttributes _,
          Command.DeleteAttributes _,
          Command.UpdateContainerInstancesState _,
          Command.RegisterContainerInstance _,
          Command.DeregisterContainerInstance _,
          Command.CreateCapacityProvider _,
          Command.PutAccountSetting _,
          LoadBalancingCommand _ ->
          null;
    };
  }

  private static @Nullable Versioned of(@Nullable Service service) {
    return service == null ? null : new Versioned("service", service.intent());
  }

  private static @Nullable Versioned of(@Nullable Cluster cluster) {
    return cluster == null ? null : new Versioned("cluster", cluster.version());
  }

  private static @Nullable Versioned of(@Nullable CapacityProvider provider) {
    return provider == null ? null : new Versioned("capacity provider", provider.version());
  }
}
