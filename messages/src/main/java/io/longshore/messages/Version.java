package io.longshore.messages;

import io.quarkus.info.runtime.spi.InfoContributor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Which program this is and of which version, at {@code /q/info}. Quarkus has a section of the same
 * name, but with the time at which it was built: no two builds would be alike.
 */
@ApplicationScoped
class Version implements InfoContributor {
  private final Map<String, Object> data;

  Version(
      @ConfigProperty(name = "quarkus.application.name") String name,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    data = Map.of("name", name, "version", version);
  }

  @Override
  public String name() {
    return "build";
  }

  @Override
  public Map<String, Object> data() {
    return data;
  }
}
