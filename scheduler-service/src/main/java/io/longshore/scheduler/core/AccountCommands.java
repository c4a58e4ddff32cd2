package io.longshore.scheduler.core;

import io.longshore.messages.Command;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.scheduler.core.CommandDecider.Decided;
import java.time.Instant;

/** What commands about the account as a whole come to. */
final class AccountCommands {
  Decided create(State state, Command.CreateCapacityProvider command, Instant now) {
    CapacityProvider before = state.capacityProvider(command.name());
    if (before != null && before.isActive()) {
      return Decided.rejected(
          ErrorType.INVALID_PARAMETER,
          "A capacity provider with the name '%s' is there already.".formatted(command.name()));
    }
    return put(
        new CapacityProvider(
            command.name(),
            CapacityProvider.Status.ACTIVE,
            command.document(),
            command.tags(),
            1,
            now));
  }

  Decided update(State state, Command.UpdateCapacityProvider command) {
    CapacityProvider provider = state.capacityProvider(command.name());
    return provider == null || !provider.isActive()
        ? notFound(command.name())
        : put(provider.with(command.document()));
  }

  Decided delete(State state, Command.DeleteCapacityProvider command) {
    CapacityProvider provider = state.capacityProvider(command.name());
    if (provider == null) {
      return notFound(command.name());
    }
    return provider.isActive() ? put(provider.inactive()) : Decided.accepted(provider.name());
  }

  Decided set(Command.PutAccountSetting command) {
    return Decided.accepted(
        command.name(),
        new Decision.PutAccountSetting(
            new AccountSetting(command.name(), command.principal(), command.value())));
  }

  private static Decided put(CapacityProvider provider) {
    return Decided.accepted(provider.name(), new Decision.PutCapacityProvider(provider));
  }

  private static Decided notFound(String name) {
    return Decided.rejected(
        ErrorType.INVALID_PARAMETER,
        "The specified capacity provider '%s' was not found.".formatted(name));
  }
}
