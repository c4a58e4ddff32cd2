package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is more than HTTP/1: WebSocket, HTTP/2 without TLS, and plain TCP. */
class UpgradesTest {
  private final Balanced balanced;
  private final List<Backend> backends = new ArrayList<>();

  UpgradesTest() throws Exception {
    balanced = new Balanced();
  }

  @AfterEach
  void close() throws Exception {
    balanced.close();
    for (Backend backend : backends) {
      backend.close();
    }
  }

  private Backend backend(Backend.Handler handler) throws Exception {
    Backend backend = new Backend(handler);
    backends.add(backend);
    return backend;
  }

  /** Accepts, and sends every frame of a client back without its mask. */
  private static void echoFrames(Backend.Request request, InputStream in, OutputStream out)
      throws Exception {
    byte[] accept =
        MessageDigest.getInstance("SHA-1")
            .digest(
                (request.field("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                    .getBytes(StandardCharsets.US_ASCII));
    out.write(
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + Base64.getEncoder().encodeToString(accept)
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    for (int first = in.read(); first >= 0; first = in.read()) {
      int length = in.read() & 0x7F;
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      out.write(first);
      out.write(length);
      out.write(payload);
    }
  }

  @Test
  void webSocketsPassInBothDirectionsAndCountUntilTheirEnd() throws Exception {
    Backend echo = backend(UpgradesTest::echoFrames);
    balanced.serve(Map.of(), echo);
    CompletableFuture<String> heard = new CompletableFuture<>();
    WebSocket socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:" + balanced.port + "/chat"),
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(
                      WebSocket from, CharSequence text, boolean last) {
                    heard.complete(text.toString());
                    return CompletableFuture.completedFuture(null);
                  }
                })
            .get();
    socket.sendText("hello", true).get();
    assertThat(heard.get()).isEqualTo("hello");
    assertThat(balanced.registry.get("longshore.balancer.target.active").gauge().value())
        .isEqualTo(1);
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get();
    socket.abort();
    await().atMost(Balanced.SOON).untilAsserted(() -> assertThat(balanced.log).hasSize(1));
    assertThat(balanced.log.getFirst().type()).isEqualTo("ws");
    assertThat(balanced.log.getFirst().status()).isEqualTo(101);
    assertThat(balanced.registry.get("longshore.balancer.target.active").gauge().value()).isZero();
  }

  @Test
  void anUpgradeThatTheTargetRefusesIsAResponse() throws Exception {
    Backend plain = backend((request, in, out) -> Backend.ok(out, "no"));
    balanced.serve(Map.of(), plain);
    String answer =
        balanced.raw(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("no");
  }

  @Test
  void http2WithoutTlsIsSpokenWithThoseWhoBeginWithIt() throws Exception {
    Backend echo =
        backend((request, in, out) ->
            Backend.ok(
                out,
                request.target() + " " + request.field("Host") + " " + request.field("Cookie")));
    balanced.serve(Map.of(), echo);
    EventLoopGroup group = new NioEventLoopGroup(1);
    try {
      Channel connection =
          new Bootstrap()
              .group(group)
              .channel(NioSocketChannel.class)
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel
                          .pipeline()
                          .addLast(Http2FrameCodecBuilder.forClient().build())
                          .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                    }
                  })
              .connect("127.0.0.1", balanced.port)
              .sync()
              .channel();
      List<CompletableFuture<String>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(stream(connection, "/" + i));
      }
      Set<String> bodies = new HashSet<>();
      for (CompletableFuture<String> answer : answers) {
        bodies.add(answer.get());
      }
      assertThat(bodies).hasSize(50).contains("200 /7 shop.example a=b; c=d");
      connection.close().sync();
    } finally {
      group.shutdownGracefully();
    }
    // A response is out a moment before its line is.
    await()
        .atMost(Balanced.SOON)
        .untilAsserted(() ->
            assertThat(balanced.log)
                .hasSize(50)
                .allSatisfy(entry -> assertThat(entry.type()).isEqualTo("h2")));
  }

  private static CompletableFuture<String> stream(Channel connection, String path)
      throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Channel stream =
        new Http2StreamChannelBootstrap(connection)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new Http2StreamFrameToHttpObjectCodec(false))
                        .addLast(new HttpObjectAggregator(1 << 20))
                        .addLast(new Collector(answer));
                  }
                })
            .open()
            .get();
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set("host", "shop.example").add("cookie", "a=b").add("cookie", "c=d");
    stream.writeAndFlush(request);
    return answer;
  }

  private static final class Collector extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final CompletableFuture<String> answer;

    Collector(CompletableFuture<String> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
      answer.complete(
          response.status().code() + " " + response.content().toString(StandardCharsets.UTF_8));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      answer.completeExceptionally(new IllegalStateException("the stream ended"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      answer.completeExceptionally(cause);
    }
  }

  private void tcp(Map<String, String> attributes, Backend... targets) {
    List<Route.StaticTarget> all = new ArrayList<>();
    for (Backend target : targets) {
      all.add(Routes.target(target.port(), null));
    }
    balanced.take(
        Routes.balancer(
            Routes.listener(balanced.port, Route.Protocol.TCP, Routes.forward(Routes.GROUP))),
        Routes.group(
            Routes.GROUP,
            attributes,
            Route.Protocol.TCP,
            Routes.check(Route.Protocol.TCP, 30, 5, 2, 2),
            all));
    balanced.awaitHealthy(targets);
  }

  @Test
  void atLayer4BytesPassAndEachDirectionEndsForItself() throws Exception {
    Backend counts =
        backend((request, in, out) -> {
          byte[] rest = in.readAllBytes();
          out.write((request.target() + " " + rest.length).getBytes(StandardCharsets.US_ASCII));
          throw new java.io.IOException("ends");
        });
    tcp(Map.of(), counts);
    try (Socket socket = balanced.connect()) {
      OutputStream out = socket.getOutputStream();
      out.write("GET /any HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[3_000_000]);
      socket.shutdownOutput();
      assertThat(Balanced.readAll(socket)).isEqualTo("/any 3000000");
    }
    await().atMost(Balanced.SOON).untilAsserted(() -> assertThat(balanced.log).hasSize(1));
    assertThat(balanced.log.getFirst().type()).isEqualTo("tcp");
    assertThat(balanced.log.getFirst().received()).isEqualTo(3_000_021);
    assertThat(balanced.log.getFirst().sent()).isEqualTo(12);
  }

  @Test
  void atLayer4AClientThatIsStickyKeepsItsTarget() throws Exception {
    Backend one =
        backend(
            (request, in, out) -> Backend.respond(out, "200 OK", "Connection: close\r\n", "one"));
    Backend two =
        backend(
            (request, in, out) -> Backend.respond(out, "200 OK", "Connection: close\r\n", "two"));
    tcp(Map.of("stickiness.enabled", "true", "stickiness.type", "source_ip"), one, two);
    for (int i = 0; i < 10; i++) {
      try (Socket socket = balanced.connect()) {
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(Backend.line(socket.getInputStream())).isEqualTo("HTTP/1.1 200 OK");
      }
    }
    assertThat(List.of(one.requests(), two.requests())).containsExactlyInAnyOrder(0, 10);
  }

  @Test
  void atLayer4AnotherTargetIsTakenWhereNothingListens() throws Exception {
    Backend one = backend((request, in, out) -> Backend.ok(out, "one"));
    Backend two = backend((request, in, out) -> Backend.ok(out, "two"));
    tcp(Map.of(), one, two);
    one.close();
    for (int i = 0; i < 10; i++) {
      try (Socket socket = balanced.connect()) {
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(Backend.line(socket.getInputStream())).isEqualTo("HTTP/1.1 200 OK");
      }
    }
    assertThat(balanced.healthOf(two).state()).isEqualTo(TargetState.HEALTHY);
    assertThat(two.requests()).isEqualTo(10);
  }
}
