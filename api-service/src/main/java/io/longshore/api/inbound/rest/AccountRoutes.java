package io.longshore.api.inbound.rest;

import static io.longshore.api.inbound.rest.Route.delete;
import static io.longshore.api.inbound.rest.Route.get;
import static io.longshore.api.inbound.rest.Route.patch;
import static io.longshore.api.inbound.rest.Route.post;
import static io.longshore.api.inbound.rest.Route.put;
import static io.longshore.api.inbound.rest.Routes.CLUSTER;
import static io.longshore.api.inbound.rest.Routes.TAGS;
import static io.longshore.api.inbound.rest.Routes.member;

import io.longshore.api.inbound.rest.Route.Shown;
import java.util.List;

/** The lines about what belongs to the account, and about a cluster's part in it. */
final class AccountRoutes {
  private static final String PROVIDERS = "/v1/capacity-providers";
  static final String PROVIDER = PROVIDERS + "/{capacityProvider}";
  private static final String OF_CLUSTER = CLUSTER + "/capacity-providers";
  private static final String SETTINGS = "/v1/account-settings";
  private static final String SETTING = SETTINGS + "/{name}";

  /** What ECS lets a page of these have. */
  private static final int MOST = 10;

  private AccountRoutes() {}

  static List<Route> all() {
    return List.of(
        get(PROVIDERS, "DescribeCapacityProviders", "The capacity providers there are.")
            .always("include", TAGS)
            .shows(new Shown.Page("capacityProviders", MOST)),
        post(PROVIDERS, "CreateCapacityProvider", "Creates a capacity provider.")
            .shows(member("capacityProvider"))
            .at(PROVIDERS + "/{name}"),
        get(PROVIDER, "DescribeCapacityProviders", "A capacity provider.")
            .given("capacityProviders", "{capacityProvider}")
            .always("include", TAGS)
            .shows(new Shown.Item("capacityProviders"))
            .isVersioned(),
        patch(PROVIDER, "UpdateCapacityProvider", "Changes the members that are given.")
            .given("name", "{capacityProvider}")
            .shows(member("capacityProvider"))
            .isVersioned(),
        delete(PROVIDER, "DeleteCapacityProvider", "Deletes one that no cluster has.")
            .shows(member("capacityProvider"))
            .isVersioned(),
        get(OF_CLUSTER, "DescribeCapacityProviders", "The capacity providers of a cluster.")
            .always("include", TAGS)
            .shows(new Shown.Page("capacityProviders", MOST)),
        put(OF_CLUSTER, "PutClusterCapacityProviders", "Says which ones a cluster has.")
            .shows(member("cluster"))
            .isVersioned(),
        get(SETTINGS, "ListAccountSettings", "The settings of the account, or of a principal.")
            .query("name", "value", "principalArn", "effectiveSettings")
            .shows(new Shown.Page("settings", MOST)),
        put(SETTING, "PutAccountSetting", "Sets something for the account or a principal.")
            .shows(member("setting")),
        put(SETTING + "/default", "PutAccountSettingDefault", "Sets what holds for everybody else.")
            .shows(member("setting")),
        delete(SETTING, "DeleteAccountSetting", "Takes a setting back.")
            .query("principalArn")
            .shows(member("setting")));
  }
}
