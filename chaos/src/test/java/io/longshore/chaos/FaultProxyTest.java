package io.longshore.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.chaos.Disturbance.BlackHole;
import io.longshore.chaos.Disturbance.CutAfter;
import io.longshore.chaos.Disturbance.Delay;
import io.longshore.chaos.Disturbance.Direction;
import io.longshore.chaos.Disturbance.Reset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets: a client, the proxy, and a server that notes what it gets and says it back. */
@SuppressWarnings("NullAway.Init")
class FaultProxyTest {
  private static final int PATIENCE_MILLIS = 10_000;
  // How long nothing has to arrive before a test believes that nothing does.
  private static final int SILENCE_MILLIS = 150;

  private final List<Socket> clients = new ArrayList<>();
  private Echo echo;
  private FaultProxy proxy;

  /** Whoever connects gets back each byte, which is also put into the queue. */
  private record Echo(ServerSocketChannel listener, BlockingQueue<Byte> received)
      implements AutoCloseable {
    static Echo tcp() throws IOException {
      return begin(
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }

    static Echo unix(Path path) throws IOException {
      return begin(
          ServerSocketChannel.open(StandardProtocolFamily.UNIX)
              .bind(UnixDomainSocketAddress.of(path)));
    }

    private static Echo begin(ServerSocketChannel listener) {
      Echo echo = new Echo(listener, new LinkedBlockingQueue<>());
      Thread.ofVirtual().start(echo::accept);
      return echo;
    }

    private void accept() {
      try {
        while (true) {
          SocketChannel client = listener.accept();
          Thread.ofVirtual().start(() -> serve(client));
        }
      } catch (IOException e) {
        // The test is over.
      }
    }

    private void serve(SocketChannel client) {
      ByteBuffer some = ByteBuffer.allocate(64);
      try (client) {
        while (client.read(some.clear()) > 0) {
          // All that has come is noted before any is said back: a reset makes saying fail, but what
          // came before it has come.
          for (byte each : Arrays.copyOf(some.array(), some.flip().limit())) {
            received.add(each);
          }
          client.write(some);
        }
      } catch (IOException e) {
        // Reset, as the test wanted it.
      }
    }

    /** Waits for this text. */
    void awaits(String text) throws InterruptedException {
      for (byte expected : text.getBytes(US_ASCII)) {
        assertThat(received.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(expected);
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    echo = Echo.tcp();
    proxy = FaultProxy.listen(0, echo.listener().getLocalAddress());
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    proxy.close();
    echo.close();
  }

  private Socket connect() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    clients.add(client);
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  private static void say(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(US_ASCII));
  }

  private static String hear(Socket client, int bytes) throws IOException {
    return new String(client.getInputStream().readNBytes(bytes), US_ASCII);
  }

  private static void assertSilence(Socket client) throws IOException {
    client.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    client.setSoTimeout(PATIENCE_MILLIS);
  }

  private static void assertCut(Socket client) {
    assertThatThrownBy(
            () -> {
              // A reset may come while there is still something to be sent.
              say(client, "more");
              if (client.getInputStream().read() < 0) {
                throw new SocketException("closed");
              }
              client.getInputStream().readAllBytes();
            })
        .isInstanceOf(SocketException.class);
  }

  @Test
  void everythingPasses() throws Exception {
    Socket client = connect();
    say(client, "hello");
    assertThat(hear(client, 5)).isEqualTo("hello");
  }

  @Test
  void theEndOfWhatOneSideSaysPassesToo() throws Exception {
    Socket client = connect();
    say(client, "bye");
    client.shutdownOutput();
    assertThat(hear(client, 10)).isEqualTo("bye");
  }

  @Test
  void aUnixSocketIsReached(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("socket");
    try (Echo unix = Echo.unix(path);
        FaultProxy before = FaultProxy.listen(0, UnixDomainSocketAddress.of(path));
        Socket client = new Socket(InetAddress.getLoopbackAddress(), before.port())) {
      client.setSoTimeout(PATIENCE_MILLIS);
      say(client, "hello");
      assertThat(hear(client, 5)).isEqualTo("hello");
      unix.awaits("hello");
    }
  }

  @Test
  void aDelayPassesEverythingLater() throws Exception {
    Socket client = connect();
    Duration delay = Duration.ofMillis(200);
    proxy.disturb(new Delay(delay, Set.of(Direction.TO_SERVER)));

    long begin = System.nanoTime();
    say(client, "hello");

    assertThat(hear(client, 5)).isEqualTo("hello");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(delay);
  }

  @Test
  void whatADelayHoldsGoesOnOnceItIsHealed() throws Exception {
    Socket client = connect();
    proxy.disturb(new Delay(Duration.ofHours(1), Disturbance.BOTH_WAYS));
    say(client, "hello");
    assertSilence(client);
    proxy.heal();
    assertThat(hear(client, 5)).isEqualTo("hello");
  }

  @Test
  void aResetEndsConnectionsAndRefusesNewOnesUntilItIsHealed() throws Exception {
    Socket old = connect();
    say(old, "hello");
    assertThat(hear(old, 5)).isEqualTo("hello");

    proxy.disturb(new Reset());

    assertCut(old);
    assertCut(connect());
    proxy.heal();
    Socket client = connect();
    say(client, "again");
    assertThat(hear(client, 5)).isEqualTo("again");
  }

  @Test
  void aBlackHoleTakesConnectionsAndPassesNothingUntilItIsHealed() throws Exception {
    Socket old = connect();
    say(old, "1");
    assertThat(hear(old, 1)).isEqualTo("1");
    proxy.disturb(new BlackHole(Disturbance.BOTH_WAYS));
    Socket young = connect();

    say(old, "2");
    say(young, "3");

    assertSilence(old);
    assertSilence(young);
    echo.awaits("1");
    assertThat(echo.received()).isEmpty();
    proxy.heal();
    assertThat(hear(old, 1)).isEqualTo("2");
    assertThat(hear(young, 1)).isEqualTo("3");
  }

  @Test
  void aBlackHoleOfOneDirectionLetsTheOtherPass() throws Exception {
    Socket client = connect();
    proxy.disturb(new BlackHole(Set.of(Direction.TO_CLIENT)));
    say(client, "hello");
    echo.awaits("hello");
    assertSilence(client);
    proxy.heal();
    assertThat(hear(client, 5)).isEqualTo("hello");
  }

  @Test
  void aCutComesAfterSoManyBytes() throws Exception {
    Socket client = connect();
    proxy.disturb(new CutAfter(3, Set.of(Direction.TO_SERVER)));
    say(client, "hello");
    echo.awaits("hel");
    assertCut(client);
    assertThat(echo.received()).isEmpty();
  }

  @Test
  void eachConnectionIsCutByItsOwnCount() throws Exception {
    Socket first = connect();
    Socket second = connect();
    proxy.disturb(new CutAfter(3, Set.of(Direction.TO_SERVER)));
    say(first, "abc");
    assertThat(hear(first, 3)).isEqualTo("abc");
    say(second, "xyz");
    assertThat(hear(second, 3)).isEqualTo("xyz");
    assertCut(first);
    assertCut(second);
  }

  @Test
  void aServerThatIsNotThereIsAResetForTheClient() throws Exception {
    echo.close();
    assertCut(connect());
  }
}
