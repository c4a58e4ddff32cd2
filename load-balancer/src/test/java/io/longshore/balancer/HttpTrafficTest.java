package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.outbound.AccessLog;
import io.longshore.messages.Route;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests over real sockets. */
class HttpTrafficTest {
  private final Balanced balanced;
  private final List<Backend> backends = new ArrayList<>();

  HttpTrafficTest() throws Exception {
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

  private Backend[] plain(int count) throws Exception {
    Backend[] all = new Backend[count];
    for (int i = 0; i < count; i++) {
      String name = "backend" + i;
      all[i] = backend((request, in, out) -> Backend.ok(out, name));
    }
    return all;
  }

  /** Sends GETs on so many connections at once; tells how many did not get 200. */
  private int load(int requests, int connections) throws Exception {
    AtomicInteger left = new AtomicInteger(requests);
    AtomicInteger failed = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        all.add(
            threads.submit(() -> {
              try (Socket socket = balanced.connect()) {
                InputStream in = new java.io.BufferedInputStream(socket.getInputStream());
                while (left.getAndDecrement() > 0) {
                  failed.addAndGet(getOn(socket, in) == 200 ? 0 : 1);
                }
              }
              return null;
            }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    return failed.get();
  }

  private static int getOn(Socket socket, InputStream in) throws Exception {
    socket
        .getOutputStream()
        .write("GET /x HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    int status = Integer.parseInt(Backend.line(in).split(" ")[1]);
    int length = 0;
    for (String line = Backend.line(in); !line.isEmpty(); line = Backend.line(in)) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    in.readNBytes(length);
    return status;
  }

  @Test
  void aRequestArrivesAsItWasWithWhoSentIt() throws Exception {
    AtomicReference<Backend.Request> came = new AtomicReference<>();
    Backend backend =
        backend((request, in, out) -> {
          came.set(request);
          Backend.respond(
              out,
              "201 Made",
              "X-Answer: \u00fc\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n",
              "made");
        });
    balanced.serve(Map.of(), backend);
    HttpResponse<String> response =
        balanced.send(
            balanced
                .request("/a%20b?c=d&e")
                .header("X-Own", "1")
                .header("X-Forwarded-For", "1.2.3.4")
                .POST(HttpRequest.BodyPublishers.ofString("hello")));
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(response.body()).isEqualTo("made");
    assertThat(response.headers().firstValue("x-hop")).isEmpty();
    assertThat(response.headers().firstValue("keep-alive")).isEmpty();
    Backend.Request request = Objects.requireNonNull(came.get());
    assertThat(request.method() + " " + request.target()).isEqualTo("POST /a%20b?c=d&e");
    assertThat(request.body()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
    assertThat(request.field("Host")).isEqualTo("127.0.0.1:" + balanced.port);
    assertThat(request.field("X-Own")).isEqualTo("1");
    assertThat(request.field("X-Forwarded-For")).isEqualTo("1.2.3.4, 127.0.0.1");
    assertThat(request.field("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(request.field("X-Forwarded-Port")).isEqualTo(Integer.toString(balanced.port));
    assertThat(request.field("X-Amzn-Trace-Id")).startsWith("Root=1-");
    assertThat(request.field("Connection")).isEmpty();
    await().atMost(Balanced.SOON).untilAsserted(() -> assertThat(balanced.log).hasSize(1));
    AccessLog.Entry entry = balanced.log.getFirst();
    assertThat(entry)
        .returns("http", AccessLog.Entry::type)
        .returns(201, AccessLog.Entry::status)
        .returns(1, AccessLog.Entry::attempts)
        .returns(5L, AccessLog.Entry::received)
        .returns(4L, AccessLog.Entry::sent);
    assertThat(entry.targetNanos()).isBetween(0L, entry.nanos());
    assertThat(entry.request())
        .isNotNull()
        .returns("POST", AccessLog.Request::method)
        .returns("/a%20b?c=d&e", AccessLog.Request::target)
        .returns("HTTP/1.1", AccessLog.Request::version);
    assertThat(
            balanced
                .registry
                .get("longshore.balancer.responses")
                .tag("code", "2xx")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void rulesDecideAndSomeAnswersComeFromNoTarget() throws Exception {
    Backend[] two = plain(2);
    String other = Routes.GROUP + "2";
    balanced.take(
        Routes.balancer(
            Routes.listener(
                balanced.port,
                Route.Protocol.HTTP,
                Routes.fixed(404, "nothing here"),
                Routes.rule(
                    1, Routes.forward(Routes.GROUP), new Route.Condition.Path(List.of("/one/*"))),
                Routes.rule(
                    2, Routes.forward(other), new Route.Condition.Header("X-Two", List.of("*"))),
                Routes.rule(
                    3,
                    new Route.Action.Redirect(
                        "HTTPS", "#{host}", "443", "/#{path}", "#{query}", 301),
                    new Route.Condition.Path(List.of("/moved"))),
                Routes.rule(
                    4, Routes.forward("arn:none"), new Route.Condition.Path(List.of("/nowhere"))))),
        Routes.group(Routes.GROUP, Map.of()),
        Routes.group(other, Map.of()),
        Routes.targets(
            Routes.task(Routes.GROUP, "one", two[0].port(), false),
            Routes.task(other, "two", two[1].port(), false)));
    balanced.awaitHealthy(two);
    assertThat(balanced.get("/one/x").body()).isEqualTo("backend0");
    assertThat(balanced.send(balanced.request("/x").header("x-two", "y")).body())
        .isEqualTo("backend1");
    HttpResponse<String> moved = balanced.get("/moved?a=b");
    assertThat(moved.statusCode()).isEqualTo(301);
    assertThat(moved.headers().firstValue("location")).hasValue("https://127.0.0.1:443/moved?a=b");
    assertThat(balanced.get("/x").statusCode()).isEqualTo(404);
    assertThat(balanced.get("/x").body()).isEqualTo("nothing here");
    assertThat(balanced.get("/nowhere").statusCode()).isEqualTo(503);
    HttpResponse<String> posted =
        balanced.send(
            balanced.request("/x").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[100_000])));
    assertThat(posted.statusCode()).isEqualTo(404);
  }

  @Test
  void requestsAreSpreadEvenlyOverConnectionsThatAreKept() throws Exception {
    Backend[] five = plain(5);
    balanced.serve(Map.of(), five);
    assertThat(load(10_000, 16)).isZero();
    for (Backend backend : five) {
      assertThat(backend.requests()).isBetween(1_960, 2_040);
      assertThat(backend.connections()).isLessThanOrEqualTo(32);
    }
  }

  @Test
  void aTargetThatDiesCostsNobodyARequest() throws Exception {
    Backend[] three = plain(3);
    balanced.serve(Map.of(), three);
    CompletableFuture<Integer> loading =
        CompletableFuture.supplyAsync(() -> {
          try {
            return load(6_000, 8);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    await()
        .atMost(Balanced.SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> three[0].requests() > 300);
    three[0].close();
    assertThat(loading.get()).isZero();
    assertThat(balanced.count("retries")).isPositive();
    assertThat(balanced.count("target.failures")).isPositive();
    assertThat(three[1].requests() + three[2].requests()).isGreaterThan(4_000);
  }

  @Test
  void whatMayNotBeSentTwiceIsNot() throws Exception {
    AtomicInteger came = new AtomicInteger();
    Backend.Handler dies =
        (request, in, out) -> {
          came.incrementAndGet();
          throw new java.io.IOException("dies");
        };
    balanced.serve(Map.of(), backend(dies), backend(dies));
    HttpResponse<String> post =
        balanced.send(balanced.request("/").POST(HttpRequest.BodyPublishers.ofString("x")));
    assertThat(post.statusCode()).isEqualTo(502);
    assertThat(came).hasValue(1);
    assertThat(balanced.get("/").statusCode()).isEqualTo(502);
    assertThat(came).hasValue(4);
    assertThat(balanced.count("retries")).isEqualTo(2);
  }

  /** Two targets; whichever gets the first request keeps it until it is killed. */
  private CompletableFuture<HttpResponse<String>> killWhoHas(HttpRequest.Builder request)
      throws Exception {
    CompletableFuture<Integer> has = new CompletableFuture<>();
    CountDownLatch never = new CountDownLatch(1);
    Backend[] two = new Backend[2];
    for (int i = 0; i < two.length; i++) {
      int self = i;
      two[i] =
          backend((asked, in, out) -> {
            if (has.complete(self)) {
              never.await();
            }
            Backend.ok(out, "the other");
          });
    }
    balanced.serve(Map.of(), two);
    CompletableFuture<HttpResponse<String>> response =
        CompletableFuture.supplyAsync(() -> {
          try {
            return balanced.send(request);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    Backend killed = two[has.get(10, TimeUnit.SECONDS)];
    assertThat(response).isNotDone();
    killed.close();
    assertThat(response).succeedsWithin(Balanced.SOON);
    assertThat(killed.requests()).isEqualTo(1);
    assertThat(two[0].requests() + two[1].requests())
        .isEqualTo(1 + (int) balanced.count("retries"));
    never.countDown();
    return response;
  }

  @Test
  void aGetThatIsUnderWayWithATargetThatIsKilledIsAnsweredByAnother() throws Exception {
    HttpResponse<String> get = killWhoHas(balanced.request("/")).get();
    assertThat(get.statusCode()).isEqualTo(200);
    assertThat(get.body()).isEqualTo("the other");
    assertThat(balanced.count("retries")).isEqualTo(1);
    assertThat(balanced.count("target.failures")).isEqualTo(1);
  }

  @Test
  void aPostThatIsUnderWayWithATargetThatIsKilledIsAFailureThatIsCounted() throws Exception {
    HttpResponse<String> post =
        killWhoHas(balanced.request("/").POST(HttpRequest.BodyPublishers.ofString("x"))).get();
    assertThat(post.statusCode()).isEqualTo(502);
    assertThat(balanced.count("retries")).isZero();
    assertThat(balanced.count("target.failures")).isEqualTo(1);
    await().atMost(Balanced.SOON).untilAsserted(() -> assertThat(balanced.log).hasSize(1));
    assertThat(balanced.log.getFirst().status()).isEqualTo(502);
  }

  @Test
  void whereNothingListensAnotherTargetIsTakenForAnyMethod() throws Exception {
    Backend[] two = plain(2);
    balanced.serve(Map.of(), two);
    two[0].close();
    for (int i = 0; i < 20; i++) {
      HttpResponse<String> post =
          balanced.send(balanced.request("/").POST(HttpRequest.BodyPublishers.ofString("x")));
      assertThat(post.body()).isEqualTo("backend1");
    }
  }

  @Test
  void bodiesAreStreamedAndNotCollected() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    Backend backend =
        backend((request, in, out) -> {
          out.write(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
          mayEnd.await();
          out.write("4\r\nlast\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        });
    balanced.serve(Map.of(), backend);
    try (Socket socket = balanced.connect()) {
      socket
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      while (!Backend.line(in).equals("first")) {}
      mayEnd.countDown();
      assertThat(Balanced.readAll(socket)).isEqualTo("4\r\nlast\r\n0\r\n\r\n");
    }
  }

  @Test
  void largeBodiesPassInBothDirections() throws Exception {
    byte[] large = new byte[5_000_000];
    new Random(7).nextBytes(large);
    Backend echo =
        backend((request, in, out) -> {
          out.write(
              ("HTTP/1.1 200 OK\r\nContent-Length: " + request.body().length + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
          out.write(request.body());
        });
    balanced.serve(Map.of(), echo);
    for (HttpRequest.BodyPublisher body :
        List.of(
            HttpRequest.BodyPublishers.ofByteArray(large),
            HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))) {
      HttpResponse<String> response = balanced.send(balanced.request("/").POST(body));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-length")).hasValue("5000000");
    }
  }

  @Test
  void aReaderWhoIsSlowSlowsTheTarget() throws Exception {
    AtomicInteger written = new AtomicInteger();
    Backend flood =
        backend((request, in, out) -> {
          out.write(
              "HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
          for (int i = 0; i < 2_000; i++) {
            out.write(new byte[100_000]);
            written.incrementAndGet();
          }
        });
    balanced.serve(Map.of(), flood);
    try (Socket socket = balanced.connect()) {
      OutputStream out = socket.getOutputStream();
      out.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      // Rest: what sockets hold is full, and nothing more is taken.
      AtomicInteger before = new AtomicInteger(-1);
      await()
          .atMost(Balanced.SOON)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> written.get() > 0 && before.getAndSet(written.get()) == written.get());
      assertThat(written.get()).isLessThan(1_000);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    Backend echo = backend((request, in, out) -> Backend.ok(out, request.target() + "\n"));
    balanced.serve(Map.of(), echo);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    all.append("GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    List<String> targets =
        balanced.raw(all.toString()).lines().filter(line -> line.startsWith("/")).toList();
    assertThat(targets).hasSize(21).startsWith("/0", "/1", "/2").endsWith("/19", "/end");
  }

  @Test
  void http10AndHeadAndContinueAreAsTheyShouldBe() throws Exception {
    Backend backend =
        backend((request, in, out) -> {
          if (request.method().equals("HEAD")) {
            out.write(
                "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          } else if (request.target().equals("/unframed")) {
            out.write(
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end"
                    .getBytes(StandardCharsets.US_ASCII));
            throw new java.io.IOException("ends");
          } else {
            Backend.ok(out, "content");
          }
        });
    balanced.serve(Map.of(), backend);
    assertThat(balanced.raw("GET / HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 200")
        .contains("connection: close")
        .endsWith("content");
    assertThat(
            balanced.raw(
                "HEAD / HTTP/1.1\r\n"
                    + "Host: a\r\n\r\n"
                    + "HEAD / HTTP/1.1\r\n"
                    + "Host: a\r\n"
                    + "Connection: close\r\n\r\n"))
        .containsPattern("(?s)^HTTP/1.1 200 .*\r\n\r\nHTTP/1.1 200 .*\r\n\r\n$");
    assertThat(balanced.get("/unframed").body()).isEqualTo("to the end");
    HttpResponse<String> expecting =
        balanced.send(
            balanced
                .request("/")
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofString("x")));
    assertThat(expecting.body()).isEqualTo("content");
  }

  @Test
  void aResponseThatBreaksOffIsSeenToBreakOff() throws Exception {
    Backend breaks =
        backend((request, in, out) -> {
          out.write(
              "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"
                  .getBytes(StandardCharsets.US_ASCII));
          throw new java.io.IOException("dies");
        });
    balanced.serve(Map.of(), breaks);
    assertThat(balanced.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        .contains("Content-Length: 100")
        .endsWith("some");
    assertThat(balanced.count("target.failures")).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesEndsWhatItBegan() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    Backend waits =
        backend((request, in, out) -> {
          began.countDown();
          end.complete(in.read());
        });
    balanced.serve(Map.of(), waits);
    try (Socket socket = balanced.connect()) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      began.await();
    }
    assertThat(end.get()).isEqualTo(-1);
    await().atMost(Balanced.SOON).untilAsserted(() -> assertThat(balanced.log).hasSize(1));
    assertThat(balanced.log.getFirst().status()).isEqualTo(460);
  }

  @Test
  void aCookieKeepsAClientWithItsTarget() throws Exception {
    Backend[] four = plain(4);
    balanced.serve(Map.of("stickiness.enabled", "true"), four);
    HttpResponse<String> first = balanced.get("/");
    String cookie = first.headers().firstValue("set-cookie").orElseThrow();
    assertThat(cookie).startsWith("AWSALB=");
    for (int i = 0; i < 12; i++) {
      HttpResponse<String> again =
          balanced.send(
              balanced.request("/").header("Cookie", cookie.substring(0, cookie.indexOf(';'))));
      assertThat(again.body()).isEqualTo(first.body());
    }
  }

  @Test
  void aTargetThatIsSilentCosts504() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Backend silent = backend((request, in, out) -> never.await());
    balanced.serve(Map.of(), Map.of("idle_timeout.timeout_seconds", "1"), silent);
    assertThat(balanced.get("/").statusCode()).isEqualTo(504);
    never.countDown();
  }

  @Test
  void whatSpeaksNoHttpCosts502() throws Exception {
    Backend strange =
        backend((request, in, out) -> {
          out.write("220 mail.example ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
          throw new java.io.IOException("ends");
        });
    balanced.serve(Map.of(), strange);
    HttpResponse<String> post =
        balanced.send(balanced.request("/").POST(HttpRequest.BodyPublishers.ofString("x")));
    assertThat(post.statusCode()).isEqualTo(502);
  }
}
