package io.longshore.api;

import io.longshore.api.core.AccountSettings;
import io.longshore.api.core.CapacityProviders;
import io.longshore.api.core.DeploymentShapes;
import io.longshore.api.core.Names;
import io.longshore.api.core.Pages;
import io.longshore.api.core.Shapes;
import io.longshore.api.core.TaskShapes;
import io.longshore.messages.Arns;
import io.longshore.messages.BrokerConnection;
import io.longshore.messages.Ids;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Gives the pure parts their configuration. */
@Singleton
class Wiring {
  private final Arns arns;

  Wiring(
      @ConfigProperty(name = "longshore.region") String region,
      @ConfigProperty(name = "longshore.account") String account) {
    this.arns = new Arns(region, account);
  }

  @Produces
  @Singleton
  BrokerConnection brokers(Config configuration) {
    return BrokerConnection.of(key -> configuration.getOptionalValue(key, String.class));
  }

  @Produces
  @Singleton
  Names names() {
    return new Names(arns);
  }

  @Produces
  @Singleton
  Shapes shapes() {
    return new Shapes(arns);
  }

  @Produces
  @Singleton
  DeploymentShapes deploymentShapes() {
    return new DeploymentShapes(arns);
  }

  @Produces
  @Singleton
  TaskShapes taskShapes() {
    return new TaskShapes(arns);
  }

  @Produces
  @Singleton
  CapacityProviders capacityProviders() {
    return new CapacityProviders(arns);
  }

  @Produces
  @Singleton
  AccountSettings accountSettings() {
    return new AccountSettings(arns);
  }

  /** All instances of an installation share the password, so they accept each other's pages. */
  @Produces
  @Singleton
  Pages pages(
      @ConfigProperty(name = "longshore.api.page-secret") Optional<String> secret,
      @ConfigProperty(name = "longshore.read-database.password") String password) {
    return new Pages(secret.orElse(Ids.derive("pages", password, arns.region(), arns.account())));
  }
}
