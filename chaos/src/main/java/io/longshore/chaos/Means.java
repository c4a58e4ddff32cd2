package io.longshore.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What some faults need of the machine. */
enum Means {
  ENGINE("no container is killed, and no way to an engine is disturbed: no Docker engine is used."),
  DISKS("no disk is full: nobody may mount one here."),
  ISLANDS("nobody is cut off by the network itself: no network namespace can be made here.");

  private final String without;

  Means(String without) {
    this.without = without;
  }

  /** What a run without it leaves out, and why. */
  String without() {
    return without;
  }

  static Set<Means> missing(Set<Means> there) {
    Set<Means> missing = EnumSet.allOf(Means.class);
    missing.removeAll(there);
    return missing;
  }

  /**
   * @param engine whether there is one
   */
  static Set<Means> here(boolean engine) throws InterruptedException {
    Set<Means> means = EnumSet.noneOf(Means.class);
    if (engine) {
      means.add(ENGINE);
    }
    if (canMount()) {
      means.add(DISKS);
    }
    if (canMakeIslands()) {
      means.add(ISLANDS);
    }
    return means;
  }

  private static boolean canMount() throws InterruptedException {
    try {
      Path at = Files.createTempDirectory("longshore-disk-");
      try (Disk disk = Disk.mount(at, 1)) {
        disk.fill();
      } finally {
        Files.delete(at);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean canMakeIslands() throws InterruptedException {
    try (Island island = Island.make()) {
      SystemCommand.run(island.in(List.of("true")));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
