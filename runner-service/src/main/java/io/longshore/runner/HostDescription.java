package io.longshore.runner;

import io.longshore.messages.HostResources;
import io.longshore.runner.engine.EngineInfo;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What this host says of itself when it registers. */
final class HostDescription {
  private static final int UNITS_PER_CORE = 1024;
  private static final long MIB = 1L << 20;
  private static final int LEAST_MEMORY_MIB = 128;

  private HostDescription() {}

  /**
   * @param index which of this process's runners it is; each says it has the whole host
   */
  static HostResources of(
      RunnerSettings settings, EngineInfo engine, String region, String version, int index) {
    List<String> zones = settings.zones();
    Map<String, String> attributes = new TreeMap<>(settings.attributes());
    attributes.put(HostResources.ZONE_ATTRIBUTE, zones.get(index % zones.size()));
    attributes.put("ecs.os-type", engine.os());
    attributes.put("ecs.cpu-architecture", engine.architecture());
    attributes.putIfAbsent("ecs.instance-type", instanceType(engine));
    attributes.put("longshore.region", region);
    settings.address().ifPresent(at -> attributes.put(HostResources.ADDRESS_ATTRIBUTE, at));
    attributes.put("longshore.driver", engine.driver());
    int all = (int) (engine.memoryBytes() / MIB);
    int lent = Math.max(LEAST_MEMORY_MIB, all - settings.reservedMemoryMib());
    return new HostResources(
        hostName(),
        settings.cpu().orElse(engine.cores() * UNITS_PER_CORE),
        settings.memoryMib().orElse(lent),
        settings.reservedPorts(),
        attributes,
        version,
        engine.version(),
        settings.everyCluster());
  }

  /** Hosts have no types of Amazon's; hosts of one size have one of ours, such as 4cpu-16g. */
  private static String instanceType(EngineInfo engine) {
    return "%dcpu-%dg".formatted(engine.cores(), Math.round(engine.memoryBytes() / (MIB * 1024.0)));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
