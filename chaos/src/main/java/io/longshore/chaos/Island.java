package io.longshore.chaos;

import io.longshore.chaos.Disturbance.Direction;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace for one process, with one link to the rest of the machine. When it is cut,
 * packets are addressed to a card that nobody has: no reset, no refusal, no word that a link is
 * down, and what is sent goes on being sent again until it gets through or its sender gives up.
 */
final class Island implements AutoCloseable {
  // Kept for measurements between networks: no network that this machine is in has them.
  private static final String NETWORK = "198.18.%d.%d";
  private static final String NOBODY = "02:00:00:00:00:01";
  private static final Pattern CARD = Pattern.compile("link/ether ([0-9a-f:]{17})");
  private static final int THIRD = freeThird();
  private static final AtomicInteger MADE = new AtomicInteger();

  private final String name;
  private final String host;
  private final String inside;
  private final Undo namespace;
  private final String hostCard;
  private final String insideCard;

  private Island(int number) throws IOException, InterruptedException {
    this.name = "longshore-%d-%d".formatted(THIRD, number);
    this.host = NETWORK.formatted(THIRD, number * 4 + 1);
    this.inside = NETWORK.formatted(THIRD, number * 4 + 2);
    ip("netns", "add", name);
    // The link goes with it.
    this.namespace = Undo.later("ip", "netns", "del", name);
    try {
      ip("link", "add", link(), "type", "veth", "peer", "name", "out", "netns", name);
      ip("addr", "add", host + "/30", "dev", link());
      ip("link", "set", link(), "up");
      within("addr", "add", inside + "/30", "dev", "out");
      within("link", "set", "out", "up");
      within("link", "set", "lo", "up");
      this.hostCard = card(ip("-o", "link", "show", link()));
      this.insideCard = card(within("-o", "link", "show", "out"));
      mend();
    } catch (IOException | InterruptedException | RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  /**
   * @throws IOException if nobody may make one here
   */
  static Island make() throws IOException, InterruptedException {
    return new Island(MADE.getAndIncrement() % 64);
  }

  private static int freeThird() {
    for (int tries = 0; tries < 1_000; tries++) {
      int third = ThreadLocalRandom.current().nextInt(256);
      if (isFree("198.18.%d.".formatted(third))) {
        return third;
      }
    }
    throw new IllegalStateException("Every network of 198.18.0.0/16 is taken.");
  }

  private static boolean isFree(String network) {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .noneMatch(address -> address.getHostAddress().startsWith(network));
    } catch (SocketException e) {
      return true;
    }
  }

  private String link() {
    return "ls%d-%s".formatted(THIRD, name.substring(name.lastIndexOf('-') + 1));
  }

  private static String ip(String... arguments) throws IOException, InterruptedException {
    return SystemCommand.run(with(List.of("ip"), arguments));
  }

  private String within(String... arguments) throws IOException, InterruptedException {
    return SystemCommand.run(with(List.of("ip", "-n", name), arguments));
  }

  private static List<String> with(List<String> first, String... rest) {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of(rest));
    return all;
  }

  private static String card(String told) throws IOException {
    Matcher matcher = CARD.matcher(told);
    if (!matcher.find()) {
      throw new IOException("No card in " + told);
    }
    return matcher.group(1);
  }

  /** The same command, in here; the process is the one that is started. */
  List<String> in(List<String> command) {
    return with(List.of("ip", "netns", "exec", name), command.toArray(String[]::new));
  }

  /** The rest of the machine, as it is seen from inside. */
  String host() {
    return host;
  }

  /** The process, as it is seen from the rest of the machine. */
  String inside() {
    return inside;
  }

  /** From now on nothing gets through in these directions, of which the process is the client. */
  void cut(Set<Direction> in) throws IOException, InterruptedException {
    if (in.contains(Direction.TO_SERVER)) {
      hostIs(NOBODY);
    }
    if (in.contains(Direction.TO_CLIENT)) {
      insideIs(NOBODY);
    }
  }

  /** Everything gets through. */
  void mend() throws IOException, InterruptedException {
    hostIs(hostCard);
    insideIs(insideCard);
  }

  private void hostIs(String card) throws IOException, InterruptedException {
    within("neigh", "replace", host, "lladdr", card, "dev", "out", "nud", "permanent");
  }

  private void insideIs(String card) throws IOException, InterruptedException {
    ip("neigh", "replace", inside, "lladdr", card, "dev", link(), "nud", "permanent");
  }

  @Override
  public void close() {
    namespace.close();
  }
}
