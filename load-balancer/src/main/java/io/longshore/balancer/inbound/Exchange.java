package io.longshore.balancer.inbound;

import io.longshore.balancer.core.Asked;
import io.longshore.balancer.core.Choice;
import io.longshore.balancer.core.Connection;
import io.longshore.balancer.core.Field;
import io.longshore.balancer.core.Forwarding;
import io.longshore.balancer.core.Framing;
import io.longshore.balancer.core.GroupAttributes;
import io.longshore.balancer.core.GroupChoice;
import io.longshore.balancer.core.GroupView;
import io.longshore.balancer.core.Refusal;
import io.longshore.balancer.core.RequestHead;
import io.longshore.balancer.core.Retry;
import io.longshore.balancer.core.StickyCookie;
import io.longshore.balancer.core.Target;
import io.longshore.balancer.outbound.AccessLog;
import io.longshore.balancer.outbound.Answers;
import io.longshore.balancer.outbound.Splice;
import io.longshore.balancer.outbound.TargetConnection;
import io.longshore.balancer.outbound.TargetConnections;
import io.longshore.messages.Route;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response: decides where it goes, carries both bodies as fast as the slower
 * side takes them, and goes to another target when the first one fails and nothing speaks against
 * it. All on the event loop of the client's connection.
 */
final class Exchange implements Answers {
  /** Of a request that is answered already; more is not worth keeping the connection for. */
  private static final long MOST_DISCARDED = 256 << 10;

  private static final int CLIENT_LEFT = 460;

  private final Shared shared;
  private final ClientConnection client;
  private final RequestHead head;
  private final Setup setup;
  private final Asked asked;
  private final Instant began;
  private final long beganNanos = System.nanoTime();
  private final boolean keepAlive;
  private final String trace;
  private final boolean webSocket;

  private Route.Action.@Nullable Forward forward;
  private @Nullable GroupView group;
  private final List<Target> tried = new ArrayList<>(1);
  private @Nullable Target target;
  private @Nullable TargetConnection connection;
  private boolean connecting;
  private long sentNanos;
  private long targetNanos = -1;

  private boolean requestEnded;
  private boolean continued;
  private boolean responseBegun;
  private boolean responseEnded;
  private boolean switching;
  private boolean closeAfter;
  private boolean finished;
  private boolean dirty;
  private int status;
  private long received;
  private long sent;
  private long discarded;

  Exchange(Shared shared, ClientConnection client, RequestHead head) {
    this.shared = shared;
    this.client = client;
    this.head = head;
    this.setup = client.setup();
    this.began = shared.clock().instant();
    this.asked = Asked.of(head, client.secure(), setup.port(), client.source().getAddress());
    this.keepAlive = head.keepAlive();
    this.webSocket = !client.http2() && head.asksForWebSocket();
    this.trace = Forwarding.trace(began, ThreadLocalRandom.current());
  }

  boolean requestEnded() {
    return requestEnded;
  }

  /** Whether the client may still be sending. */
  boolean bodyIsOpen() {
    return !requestEnded && !(head.framing() instanceof Framing.None);
  }

  boolean upgrading() {
    return !responseBegun && webSocket;
  }

  boolean wantsBody() {
    TargetConnection to = connection;
    return !requestEnded && (responseEnded || (to != null && to.writable()));
  }

  void begin() {
    switch (setup.rules().actionFor(asked)) {
      case Route.Action.FixedResponse fixed ->
          answer(LocalResponses.of(fixed.statusCode(), fixed.body(), fixed.contentType()));
      case Route.Action.Redirect redirect -> answer(LocalResponses.of(redirect, asked));
      case Route.Action.Forward to -> {
        forward = to;
        String arn = GroupChoice.pick(to, head.fields(), began, ThreadLocalRandom.current());
        group = arn == null ? null : shared.traffic().group(arn);
        attempt();
      }
    }
  }

  private void attempt() {
    GroupView before = group;
    // As it is now: a target may have left since the attempt before.
    GroupView from = before == null ? null : shared.traffic().group(before.group().arn());
    Target next = from == null ? null : choose(from);
    if (from == null || next == null) {
      answer(unavailable(503, "There is no target for this request."));
      return;
    }
    group = from;
    target = next;
    tried.add(next);
    next.begun();
    connecting = true;
    shared
        .targets()
        .take(
            client.channel().eventLoop(),
            next,
            from.group().protocol() == Route.Protocol.HTTPS,
            Retry.allowed(head, Retry.Reached.SENT, tried.size()),
            this,
            new TargetConnections.Taker() {
              @Override
              public void connected(TargetConnection connected) {
                Exchange.this.connected(connected);
              }

              @Override
              public void failed(Throwable cause) {
                connectFailed(next, cause);
              }
            });
  }

  private @Nullable Target choose(GroupView from) {
    GroupAttributes attributes = from.attributes();
    if (attributes.stickiness() == GroupAttributes.Stickiness.COOKIE && tried.isEmpty()) {
      Target known = StickyCookie.target(head.fields(), from, began);
      if (known != null) {
        return known;
      }
    }
    return attributes.stickiness() == GroupAttributes.Stickiness.SOURCE
        ? Choice.bySource(from, asked.source(), null, tried, began)
        : Choice.pick(from, tried, began, ThreadLocalRandom.current());
  }

  private void connected(TargetConnection connected) {
    connecting = false;
    if (finished || responseBegun) {
      connected.abandon();
      endAttempt();
      return;
    }
    connection = connected;
    sentNanos = System.nanoTime();
    connected.send(request());
    if (requestEnded) {
      // It is sent again, which only a request without body is: its end is all that is left.
      connected.send(LastHttpContent.EMPTY_LAST_CONTENT);
    }
    dirty = true;
    connected.read();
    client.pump();
  }

  private void connectFailed(Target failed, Throwable cause) {
    connecting = false;
    failed.unreachable(shared.clock().instant());
    shared.meters().of(failed).failed();
    endAttempt();
    if (finished || responseBegun) {
      return;
    }
    if (Retry.allowed(head, Retry.Reached.NOT_CONNECTED, tried.size())) {
      shared.meters().of(failed).retried();
      attempt();
    } else {
      answer(
          cause instanceof ConnectTimeoutException
              ? unavailable(504, "The target could not be reached in time.")
              : unavailable(502, "The target could not be reached."));
    }
  }

  private void endAttempt() {
    Target ended = target;
    target = null;
    if (ended != null) {
      ended.ended();
    }
  }

  private HttpRequest request() {
    HttpRequest request =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.valueOf(head.method()), head.target());
    HttpHeaders headers = request.headers();
    for (Field field :
        Forwarding.fields(head, asked, client.source().getPort(), setup.attributes(), trace)) {
      headers.add(field.name(), written(field.value()));
    }
    switch (head.framing()) {
      case Framing.None none -> {
        if (zeroLengthIsSaid()) {
          headers.set(HttpHeaderNames.CONTENT_LENGTH, "0");
        }
      }
      case Framing.Length length -> headers.set(HttpHeaderNames.CONTENT_LENGTH, length.bytes());
      case Framing.Chunked chunked ->
          headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    if (webSocket) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }
    return request;
  }

  /** Bytes beyond ASCII stay what they are; the encoder would make question marks of them. */
  private static CharSequence written(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > 0x7E) {
        return new AsciiString(value.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return value;
  }

  /** Some servers refuse such a request that says nothing of its body. */
  private boolean zeroLengthIsSaid() {
    return switch (head.method()) {
      case "POST", "PUT", "PATCH" -> true;
      default -> false;
    };
  }

  /** A piece of the request's body; only when it is wanted. */
  void body(HttpContent content) {
    int bytes = content.content().readableBytes();
    received += bytes;
    boolean last = content instanceof LastHttpContent;
    TargetConnection to = connection;
    if (responseEnded || to == null) {
      content.release();
      discarded += bytes;
    } else {
      to.send(last ? withoutTrailers(content) : content);
      dirty = true;
    }
    if (last) {
      requestEnded = true;
    }
    if (responseEnded && (last || discarded > MOST_DISCARDED)) {
      finish();
    }
  }

  private static HttpContent withoutTrailers(HttpContent content) {
    if (content == LastHttpContent.EMPTY_LAST_CONTENT) {
      return content;
    }
    return new DefaultLastHttpContent(content.content());
  }

  void flushBody() {
    TargetConnection to = connection;
    if (dirty && to != null) {
      dirty = false;
      to.flush();
    }
  }

  @Override
  public void writable() {
    client.moved();
    client.pump();
  }

  @Override
  public void informed(HttpResponse response) {
    client.moved();
    if (response.status().code() == HttpResponseStatus.CONTINUE.code()
        && head.expectsContinue()
        && !continued) {
      continued = true;
      client
          .channel()
          .writeAndFlush(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  @Override
  public void head(HttpResponse response) {
    client.moved();
    Target from = target;
    status = response.status().code();
    long nanos = System.nanoTime() - sentNanos;
    targetNanos = nanos;
    if (from != null) {
      shared.meters().of(from).answered(status, nanos);
    }
    if (status == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
      if (!webSocket) {
        abandonTarget();
        answer(unavailable(502, "The target switches to what nobody asked for."));
        return;
      }
      switching = true;
    }
    String coding = response.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
    if (coding != null && !coding.equalsIgnoreCase("chunked")) {
      // Taking the chunks off would leave what nobody can read.
      abandonTarget();
      answer(unavailable(502, "The target uses a transfer coding that nobody asked for."));
      return;
    }
    responseBegun = true;
    HttpResponse next = forClient(response);
    Http1Responses encoder = client.channel().pipeline().get(Http1Responses.class);
    if (encoder != null) {
      encoder.toHead(head.method().equals("HEAD"));
    }
    client.channel().write(next, client.channel().voidPromise());
  }

  private HttpResponse forClient(HttpResponse response) {
    HttpResponse next = new DefaultHttpResponse(HttpVersion.HTTP_1_1, response.status());
    HttpHeaders headers = next.headers();
    List<Field> came = new ArrayList<>(response.headers().size());
    for (Map.Entry<String, String> header : response.headers()) {
      came.add(new Field(header.getKey(), header.getValue()));
    }
    for (Field field : Connection.endToEnd(came)) {
      headers.add(field.name(), written(field.value()));
    }
    cookies().forEach(cookie -> headers.add(HttpHeaderNames.SET_COOKIE, cookie));
    if (switching) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    } else if (!client.http2()) {
      frame(response, headers);
    }
    return next;
  }

  /** HTTP/1 only: how long the body is, and what becomes of the connection. */
  private void frame(HttpResponse response, HttpHeaders headers) {
    int code = response.status().code();
    boolean bodyless = head.method().equals("HEAD") || code == 204 || code == 304;
    if (!bodyless && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      if (head.minorVersion() == 0) {
        closeAfter = true;
      } else {
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      }
    }
    connectionField(headers);
  }

  private void connectionField(HttpHeaders headers) {
    if (!keepAlive || closeAfter || client.leaves()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (head.minorVersion() == 0) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  private List<String> cookies() {
    GroupView from = group;
    Target to = target;
    Route.Action.Forward action = forward;
    List<String> cookies = new ArrayList<>(0);
    if (from != null && action != null && action.stickySeconds() != null) {
      cookies.addAll(
          StickyCookie.of(
              from.group().arn(),
              Duration.ofSeconds(action.stickySeconds()),
              client.secure(),
              began));
    }
    if (from != null
        && to != null
        && from.attributes().stickiness() == GroupAttributes.Stickiness.COOKIE) {
      cookies.addAll(StickyCookie.of(to, from.attributes().cookieAge(), client.secure(), began));
    }
    return cookies;
  }

  @Override
  public void content(HttpContent content) {
    client.moved();
    boolean last = content instanceof LastHttpContent;
    if (switching) {
      content.release();
      if (last) {
        splice();
      }
      return;
    }
    sent += content.content().readableBytes();
    if (!last) {
      client.channel().write(content, client.channel().voidPromise());
      return;
    }
    client.channel().writeAndFlush(content, client.channel().voidPromise());
    responseEnded = true;
    TargetConnection from = connection;
    connection = null;
    endAttempt();
    if (from != null) {
      if (requestEnded) {
        from.giveBack();
      } else {
        from.abandon();
      }
    }
    endResponse();
  }

  /** The response is out. What is left of the request is thrown away, if it is not too much. */
  private void endResponse() {
    boolean neverComes = head.expectsContinue() && !continued;
    if (requestEnded || neverComes || client.http2()) {
      finish();
    } else {
      client.pump();
    }
  }

  private void finish() {
    if (finished) {
      return;
    }
    finished = true;
    log(type());
    client.done(this, keepAlive && !closeAfter);
  }

  @Override
  public void readComplete() {
    client.channel().flush();
    TargetConnection from = connection;
    if (from != null && client.channel().isWritable()) {
      from.read();
    }
  }

  void clientWritable() {
    TargetConnection from = connection;
    if (from != null) {
      from.read();
    }
  }

  @Override
  public void lost(String words) {
    connection = null;
    Target failed = target;
    if (failed != null) {
      shared.meters().of(failed).failed();
    }
    endAttempt();
    if (finished) {
      return;
    }
    if (responseBegun) {
      finished = true;
      log(type());
      client.abort();
    } else if (Retry.allowed(head, Retry.Reached.SENT, tried.size()) && failed != null) {
      shared.meters().of(failed).retried();
      attempt();
    } else {
      answer(unavailable(502, "The target closed the connection: " + words + "."));
    }
  }

  private FullHttpResponse unavailable(int code, String words) {
    return LocalResponses.of(code, words + "\n", "text/plain");
  }

  /** Answers in the place of a target. */
  private void answer(FullHttpResponse response) {
    responseBegun = true;
    responseEnded = true;
    status = response.status().code();
    sent += response.content().readableBytes();
    boolean large =
        head.framing() instanceof Framing.Length length && length.bytes() > MOST_DISCARDED;
    closeAfter |= !requestEnded && (large || head.expectsContinue());
    if (!client.http2()) {
      connectionField(response.headers());
    }
    Http1Responses encoder = client.channel().pipeline().get(Http1Responses.class);
    if (encoder != null) {
      encoder.toHead(head.method().equals("HEAD"));
    }
    if (head.method().equals("HEAD") && client.http2()) {
      response.content().clear();
    }
    client.channel().writeAndFlush(response);
    endResponse();
  }

  private void abandonTarget() {
    TargetConnection to = connection;
    connection = null;
    endAttempt();
    if (to != null) {
      to.abandon();
    }
  }

  /** Nothing moved for the load balancer's idle time. */
  void idle() {
    Target slow = target;
    if (slow != null) {
      shared.meters().of(slow).failed();
    }
    boolean clientIsLate = !requestEnded && connection != null;
    abandonTarget();
    if (finished) {
      client.abort();
    } else if (responseBegun) {
      finished = true;
      log(type());
      client.abort();
    } else {
      closeAfter = true;
      answer(
          clientIsLate
              ? unavailable(408, "The request did not come in time.")
              : unavailable(504, "The target did not answer in time."));
    }
  }

  /** The body of the request turned out to be malformed or too large. */
  void refused(Refusal refusal) {
    abandonTarget();
    boolean answerable = !responseBegun;
    finished = true;
    status = answerable ? refusal.status() : status;
    log(type());
    if (answerable) {
      client.refuse(refusal);
    } else {
      client.abort();
    }
  }

  void clientLeft() {
    abandonTarget();
    if (!finished) {
      finished = true;
      status = responseEnded ? status : CLIENT_LEFT;
      log(type());
    }
  }

  private void splice() {
    TargetConnection to = connection;
    connection = null;
    finished = true;
    if (to == null) {
      client.abort();
      return;
    }
    client.channel().flush();
    String type = client.secure() ? "wss" : "ws";
    // Not when both begin to close: what is written to the target may not be there yet.
    to.channel().closeFuture().addListener(closed -> endAttempt());
    Splice.join(client.channel(), to.channel(), setup.attributes().idle(), () -> log(type));
    to.forgetHttp();
    client.leave();
  }

  private String type() {
    return client.http2() ? "h2" : client.secure() ? "https" : "http";
  }

  private void log(String type) {
    Target to = tried.isEmpty() ? null : tried.getLast();
    GroupView from = group;
    String agent = "";
    for (Field field : head.fields()) {
      if (field.is("user-agent")) {
        agent = field.value();
      }
    }
    String version = client.http2() ? "HTTP/2" : head.minorVersion() == 0 ? "HTTP/1.0" : "HTTP/1.1";
    shared
        .log()
        .write(
            new AccessLog.Entry(
                type,
                began,
                setup.arn(),
                client.source(),
                to == null ? null : to.key(),
                from == null ? "" : from.group().name(),
                targetNanos,
                System.nanoTime() - beganNanos,
                status,
                tried.size(),
                received,
                sent,
                new AccessLog.Request(
                    head.method(), head.target(), version, head.authority(), agent, trace),
                null));
  }
}
