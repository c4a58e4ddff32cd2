package io.longshore.api.inbound;

import io.longshore.api.core.AccountSettings;
import io.longshore.api.core.Described;
import io.longshore.api.core.Members;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Rules;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.AccountStore;
import io.longshore.messages.Command;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** ListAccountSettings, PutAccountSetting, PutAccountSettingDefault, DeleteAccountSetting. */
@ApplicationScoped
class AccountOperations {
  private static final int MOST_AT_ONCE = 10;

  private final Commands commands;
  private final AccountStore account;
  private final AccountSettings settings;
  private final Pages pages;

  AccountOperations(
      Commands commands, AccountStore account, AccountSettings settings, Pages pages) {
    this.commands = commands;
    this.account = account;
    this.settings = settings;
    this.pages = pages;
  }

  Members list(Call call, Members request) {
    Rules.range("maxResults", request.integer("maxResults", MOST_AT_ONCE), 1, MOST_AT_ONCE);
    String principal = settings.principal(request);
    List<Described.AccountSetting> listed = settings.listed(request, stored(principal));
    Pages.Window window =
        pages.window(
            request,
            MOST_AT_ONCE,
            "ListAccountSettings",
            principal,
            request.text("name", ""),
            request.text("value", ""),
            "" + request.flag("effectiveSettings"));
    String after = window.after();
    List<Described.AccountSetting> rest =
        listed.stream()
            .filter(setting -> after == null || setting.name().compareTo(after) > 0)
            .limit(window.size() + 1L)
            .toList();
    Pages.Page<Described.AccountSetting> page =
        pages.page(window, rest, Described.AccountSetting::name);
    return Members.NONE
        .with("settings", page.items().stream().map(AccountSettings::shape).toList())
        .with("nextToken", page.nextToken());
  }

  Members put(Call call, Members request) {
    return put(call, settings.given(request, settings.principal(request)));
  }

  /** What the account's root sets is what holds for everybody who has set nothing. */
  Members putDefault(Call call, Members request) {
    return put(call, settings.given(request, settings.root()));
  }

  private Members put(Call call, Described.AccountSetting setting) {
    commands.ask(
        call,
        null,
        new Command.PutAccountSetting(setting.name(), setting.principal(), setting.value()));
    return Members.NONE.with("setting", AccountSettings.shape(setting));
  }

  Members delete(Call call, Members request) {
    String principal = settings.principal(request);
    String name = AccountSettings.name(request);
    commands.ask(call, null, new Command.PutAccountSetting(name, principal, null));
    Described.AccountSetting now = settings.effective(name, principal, stored(principal));
    return Members.NONE.with("setting", AccountSettings.shape(now));
  }

  private List<Described.AccountSetting> stored(String principal) {
    return account.settings(List.of(principal, settings.root()));
  }
}
