package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.inbound.Limits;
import io.longshore.messages.Route;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with clients and with targets, by certificates that are made here. */
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private static Path stores;
  @TempDir private Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void make() throws Exception {
    for (String name : List.of("one.example", "two.example", "three.example")) {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-keyalg",
                  "EC",
                  "-groupname",
                  "secp256r1",
                  "-alias",
                  "it",
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  "SAN=dns:" + name + ",dns:*." + name,
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  new String(PASSWORD),
                  "-keystore",
                  stores.resolve(name + ".p12").toString())
              .inheritIO()
              .start();
      assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(keytool.exitValue()).isZero();
    }
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private static KeyStore store(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(stores.resolve(name + ".p12"))) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  /** The key is complete before the certificate appears. */
  private void put(String id, String name) throws Exception {
    KeyStore store = store(name);
    write(folder.resolve(id + ".key"), "PRIVATE KEY", store.getKey("it", PASSWORD).getEncoded());
    write(folder.resolve(id + ".crt"), "CERTIFICATE", store.getCertificate("it").getEncoded());
  }

  private static void write(Path file, String what, byte[] bytes) throws IOException {
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    Files.writeString(
        file,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, lines.encodeToString(bytes), what));
  }

  private Balanced balanced() throws Exception {
    Balanced balanced = new Balanced(Limits.DEFAULT, folder);
    open.add(balanced);
    return balanced;
  }

  private Backend backend(Backend.Handler handler) throws Exception {
    Backend backend = new Backend(handler);
    open.add(backend);
    return backend;
  }

  private static Route.Listener listener(
      int port, Route.Protocol protocol, Route.Action action, String... certificates) {
    return new Route.Listener(
        "arn:listener/" + port, port, protocol, List.of(certificates), action, List.of());
  }

  private static SSLContext trusting() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    return context;
  }

  private static SSLSocket connect(int port, @Nullable String host, String... protocols)
      throws Exception {
    SSLSocket socket = (SSLSocket) trusting().getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    SSLParameters parameters = socket.getSSLParameters();
    if (host != null) {
      parameters.setServerNames(List.of(new SNIHostName(host)));
    }
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static String nameAt(int port, @Nullable String host) throws Exception {
    try (SSLSocket socket = connect(port, host)) {
      X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return certificate.getSubjectX500Principal().getName();
    }
  }

  @Test
  void theCertificateFollowsFromTheNameAskedForAndFromTheFilesOfTheMoment() throws Exception {
    put("1", "one.example");
    put("2", "two.example");
    Balanced balanced = balanced();
    balanced.take(
        Routes.balancer(
            listener(
                balanced.port,
                Route.Protocol.HTTPS,
                Routes.fixed(200, "secure"),
                "arn:aws:acm:local:0:certificate/1",
                "arn:aws:acm:local:0:certificate/2")));
    assertThat(nameAt(balanced.port, null)).isEqualTo("CN=one.example");
    assertThat(nameAt(balanced.port, "a.two.example")).isEqualTo("CN=two.example");
    assertThat(nameAt(balanced.port, "unknown.example")).isEqualTo("CN=one.example");
    try (SSLSocket before = connect(balanced.port, null)) {
      put("1", "three.example");
      await()
          .atMost(Balanced.SOON)
          .until(() -> nameAt(balanced.port, null).equals("CN=three.example"));
      // Who was connected before goes on.
      before
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(Balanced.readAll(before)).endsWith("secure");
    }
    Files.writeString(folder.resolve("1.crt"), "nonsense");
    Files.delete(folder.resolve("2.key"));
    assertThat(nameAt(balanced.port, null)).isEqualTo("CN=three.example");
  }

  @Test
  void aListenerWhoseCertificateIsMissingOpensWhenItIsThere() throws Exception {
    Balanced balanced = balanced();
    balanced.balancer.take(
        List.of(
            Routes.balancer(
                listener(
                    balanced.port, Route.Protocol.HTTPS, Routes.fixed(200, "x"), "arn:c/late"))));
    await()
        .atMost(Balanced.SOON)
        .untilAsserted(() ->
            assertThat(balanced.balancer.listeners().get("arn:listener/" + balanced.port))
                .isNotNull()
                .satisfies(state -> assertThat(state.trouble()).contains("late.crt")));
    put("late", "one.example");
    await()
        .atMost(Balanced.SOON)
        .untilAsserted(() ->
            assertThat(balanced.balancer.listeners().get("arn:listener/" + balanced.port))
                .satisfies(state -> assertThat(state.trouble()).isNull()));
    assertThat(nameAt(balanced.port, null)).isEqualTo("CN=one.example");
  }

  @Test
  void http2IsAgreedOnAndRequestsSayThatTheyWereSecure() throws Exception {
    put("1", "one.example");
    Backend backend =
        backend((request, in, out) ->
            Backend.ok(
                out,
                request.field("X-Forwarded-Proto")
                    + new String(request.body(), StandardCharsets.UTF_8)));
    Balanced balanced = balanced();
    balanced.take(
        Routes.balancer(
            listener(balanced.port, Route.Protocol.HTTPS, Routes.forward(Routes.GROUP), "arn:c/1")),
        Routes.group(Routes.GROUP, Map.of()),
        Routes.targets(Balanced.tasks(backend).toArray(Route.TaskTarget[]::new)));
    balanced.awaitHealthy(backend);
    try (SSLSocket socket = connect(balanced.port, null, "h2", "http/1.1")) {
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
    }
    try (SSLSocket socket = connect(balanced.port, null, "http/1.1")) {
      assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
      socket
          .getOutputStream()
          .write(
              "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(Balanced.readAll(socket)).endsWith("httpshi");
    }
  }

  @Test
  void atLayer4TlsEndsHereOrBeginsAnewWithTheTarget() throws Exception {
    put("1", "one.example");
    SSLServerSocket secured = secured();
    open.add(secured);
    Thread.ofVirtual().start(() -> echo(secured));
    Balanced balanced = balanced();
    balanced.take(
        Routes.balancer(
            listener(balanced.port, Route.Protocol.TLS, Routes.forward(Routes.GROUP), "arn:c/1")),
        Routes.group(
            Routes.GROUP,
            Map.of(),
            Route.Protocol.TLS,
            Routes.check(Route.Protocol.TCP, 30, 5, 2, 2),
            List.of(Routes.target(secured.getLocalPort(), null))));
    await()
        .atMost(Balanced.SOON)
        .untilAsserted(() -> {
          try (SSLSocket socket = connect(balanced.port, null)) {
            socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(Backend.line(socket.getInputStream())).isEqualTo("hello");
          }
        });
  }

  private static SSLServerSocket secured() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store("two.example"), PASSWORD);
    SSLContext server = SSLContext.getInstance("TLS");
    server.init(keys.getKeyManagers(), null, null);
    return (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0);
  }

  @Test
  void targetsMaySpeakTlsToo() throws Exception {
    Backend backend = new Backend(secured(), (request, in, out) -> Backend.ok(out, "secret"));
    open.add(backend);
    Balanced balanced = balanced();
    balanced.take(
        Routes.balancer(
            Routes.listener(balanced.port, Route.Protocol.HTTP, Routes.forward(Routes.GROUP))),
        Routes.group(
            Routes.GROUP,
            Map.of(),
            Route.Protocol.HTTPS,
            Routes.check(Route.Protocol.HTTPS, 30, 5, 2, 2),
            List.of(Routes.target(backend.port(), null))));
    balanced.awaitHealthy(backend);
    for (int i = 0; i < 5; i++) {
      assertThat(balanced.get("/").body()).isEqualTo("secret");
    }
    assertThat(backend.connections()).isEqualTo(1);
  }

  private static void echo(SSLServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual()
            .start(() -> {
              try (socket) {
                socket.getInputStream().transferTo(socket.getOutputStream());
              } catch (IOException e) {
                return;
              }
            });
      } catch (IOException e) {
        return;
      }
    }
  }
}
