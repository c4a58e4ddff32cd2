package io.longshore.balancer.outbound;

import io.longshore.balancer.core.HaproxyPlan;
import io.longshore.balancer.core.HaproxyPlan.Address;
import io.longshore.balancer.core.HaproxyPlan.Wanted;
import io.longshore.balancer.core.Picture;
import io.longshore.balancer.core.TargetHealth;
import io.longshore.balancer.core.TargetKey;
import io.longshore.messages.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the servers of an HAProxy equal to the targets: those of the backend that is named after a
 * group. Each second and at each change it is asked how they are, and told only what differs; so it
 * may be started anew at any time. One thread of its own.
 */
public final class Haproxy implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Haproxy.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final HaproxySocket socket;
  private final Supplier<@Nullable Picture> pictures;
  private final BlockingQueue<Boolean> changes = new ArrayBlockingQueue<>(1);
  private final Thread thread;
  // Backends of groups that are gone: their servers are to have nobody.
  private final Set<String> known = new HashSet<>();
  private Set<String> complaints = Set.of();
  private volatile boolean open = true;

  /**
   * @param pictures null as long as nothing is known
   */
  public Haproxy(HaproxySocket socket, Supplier<@Nullable Picture> pictures) {
    this.socket = socket;
    this.pictures = pictures;
    this.thread = Thread.ofVirtual().name("haproxy").unstarted(this::run);
  }

  public void begin() {
    thread.start();
  }

  /** There is another picture. For any thread; does not wait. */
  public void changed() {
    // One that waits is enough.
    boolean first = changes.offer(true);
    LOG.tracef("HAProxy is looked at soon: %s", first);
  }

  private void run() {
    while (open) {
      try {
        changes.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        Picture picture = pictures.get();
        if (picture != null) {
          complain(round(picture));
        }
      } catch (IOException | IllegalArgumentException e) {
        complain(Set.of("it does not answer: " + e));
      } catch (InterruptedException e) {
        open = false;
      }
    }
  }

  /** Says what is wrong once, and again when it comes again. */
  private void complain(Set<String> now) {
    for (String complaint : now) {
      if (!complaints.contains(complaint)) {
        LOG.warnf("HAProxy at %s: %s", socket.where(), complaint);
      }
    }
    complaints = now;
  }

  private Set<String> round(Picture picture) throws IOException {
    Set<String> wrong = new LinkedHashSet<>();
    Map<String, Wanted> wanted = wanted(picture, wrong);
    HaproxyPlan plan = HaproxyPlan.of(HaproxyPlan.slots(socket.ask("show servers state")), wanted);
    wrong.addAll(plan.complaints());
    for (String command : plan.commands()) {
      String answer = socket.ask(command);
      LOG.debugf("HAProxy was told \"%s\": %s", command, answer);
      if (!answer.isEmpty() && !answer.contains("change")) {
        wrong.add("\"" + command + "\" was answered by: " + answer);
      }
    }
    return wrong;
  }

  private Map<String, Wanted> wanted(Picture picture, Set<String> wrong) {
    Map<String, Wanted> wanted = new HashMap<>();
    known.forEach(name -> wanted.put(name, new Wanted(Set.of(), Set.of())));
    for (Route.Group group : picture.table().groups().values()) {
      Set<Address> eligible = new LinkedHashSet<>();
      picture.eligible(group.arn()).forEach(key -> add(key, eligible, wrong));
      Set<Address> leaving = new LinkedHashSet<>();
      picture
          .states()
          .forEach((key, state) -> {
            if (key.groupArn().equals(group.arn()) && state == TargetHealth.State.DRAINING) {
              add(key, leaving, wrong);
            }
          });
      known.add(group.name());
      wanted.put(group.name(), new Wanted(eligible, leaving));
    }
    return wanted;
  }

  private static void add(TargetKey key, Set<Address> to, Set<String> wrong) {
    try {
      to.add(new Address(InetAddress.getByName(key.host()).getHostAddress(), key.port()));
    } catch (UnknownHostException e) {
      wrong.add("the host of the target " + key.address() + " is not known");
    }
  }

  @Override
  public void close() {
    open = false;
    thread.interrupt();
  }
}
