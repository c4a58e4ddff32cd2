package io.longshore.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.api.testing.FakeScheduler;
import io.longshore.api.testing.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP that no HTTP client would send, byte by byte. Nothing of it may reach the scheduler. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@SuppressWarnings("NullAway.Init")
class RawHttpTest {
  private static final String HEAD =
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n"
          + "X-Amz-Target: AmazonEC2ContainerServiceV20141113.CreateCluster\r\n";
  private static final String BODY = "{\"clusterName\":\"raw\"}";

  @TestHTTPResource("/")
  URI endpoint;

  @Inject FakeScheduler scheduler;

  private Socket connected() throws IOException {
    Socket socket = new Socket(endpoint.getHost(), endpoint.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /** Everything until the connection is closed. */
  private String answers(String text) throws IOException {
    try (Socket socket = connected()) {
      send(socket, text);
      return rest(socket);
    }
  }

  private static String rest(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    InputStream in = socket.getInputStream();
    try {
      for (int next = in.read(); next >= 0; next = in.read()) {
        answer.append((char) next);
      }
    } catch (SocketException e) {
      // It was closed with bytes of ours unread.
      return answer.toString();
    }
    return answer.toString();
  }

  private static String length(int length) {
    return "Content-Length: " + length + "\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
        "Content-Length: -1\r\n\r\n{}",
        "Content-Length: 99999999999999999999\r\n\r\n{}",
        "Content-Length: five\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n{}",
        "Content-Length : 2\r\n\r\n{}",
        "X-Odd: a\u0000b\r\nContent-Length: 2\r\n\r\n{}",
        "X-Odd\r\nContent-Length: 2\r\n\r\n{}"
      })
  void aRequestOfWhichTwoReadersWouldMakeTwoThingsIsRefusedAndTheConnectionClosed(String rest)
      throws IOException {
    int before = scheduler.commandCount();
    // Were a second request read out of the first one's rest, it would be answered.
    String answer = answers(HEAD + rest + HEAD + length(BODY.length()) + "\r\n" + BODY);
    assertThat(answer.split("HTTP/1\\.1 ", -1)).as(answer).hasSizeLessThanOrEqualTo(2);
    assertThat(answer).doesNotContain("HTTP/1.1 200").doesNotContain("HTTP/1.1 500");
    assertThat(scheduler.commandCount()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\n"
      })
  void aRequestInChunksIsTheLastOneOfItsConnection(String framing) throws IOException {
    int before = scheduler.commandCount();
    String chunks = Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n0\r\n\r\n";
    String next = HEAD + length(BODY.length()) + "\r\n" + BODY;
    String answer = answers(HEAD + framing + "\r\n" + chunks + next);
    assertThat(answer).startsWith("HTTP/1.1 200").containsIgnoringCase("\r\nConnection: close\r\n");
    assertThat(answer.split("HTTP/1\\.1 ", -1)).as(answer).hasSize(2);
    assertThat(scheduler.commandCount()).isEqualTo(before + 1);
  }

  /** Clients that ask for it, as Java's own does, go on with HTTP/1.1. */
  @Test
  void anUpgradeToAnotherProtocolIsNotTaken() throws IOException {
    String upgrade =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            + "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n";
    try (Socket socket = connected()) {
      send(socket, "GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n" + upgrade + "\r\n");
      byte[] answer = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      assertThat(new String(answer, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"})
  void otherMethodsAreNot(String method) throws IOException {
    String answer =
        answers((HEAD + "Connection: close\r\n" + length(0) + "\r\n").replaceFirst("POST", method));
    assertThat(answer).matches("(?s)HTTP/1\\.1 (400|404|405) .*");
    // What TRACE is for: to say what was sent.
    assertThat(answer).doesNotContain("X-Amz-Target");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "x-zip, gzip", "identity, gzip"})
  void aPackedBodyIsNotUnpacked(String encoding) throws IOException {
    String answer =
        answers(
            HEAD
                + "Connection: close\r\nContent-Encoding: "
                + encoding
                + "\r\n"
                + length(BODY.length())
                + "\r\n"
                + BODY);
    assertThat(answer).startsWith("HTTP/1.1 415 ").contains("must not be compressed");
  }

  @Test
  void chunksWithoutEndAreCutOff() throws IOException {
    int before = scheduler.commandCount();
    String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
    try (Socket socket = connected()) {
      send(socket, HEAD + "Transfer-Encoding: chunked\r\n\r\n");
      int sent = 0;
      try {
        // Far more than is thrown away before the connection goes.
        for (; sent < 4_096; sent++) {
          send(socket, chunk);
        }
      } catch (SocketException e) {
        assertThat(e).isNotNull();
      }
      assertThat(sent).isLessThan(4_096);
    }
    assertThat(scheduler.commandCount()).isEqualTo(before);
  }

  @Test
  void aHeadOfAMegabyteIsRefused() throws IOException {
    String answer = answers(HEAD + "X-Odd: " + "x".repeat(1 << 20) + "\r\n\r\n");
    assertThat(answer).doesNotContain("HTTP/1.1 200");
    assertThat(answer.length()).isLessThan(2_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "19700101T000000Z",
        "99991231T235960Z",
        "20260101T240000Z",
        "20261301T000000Z",
        ""
      })
  void signaturesAndTheirTimesAreNotLookedAt(String time) throws IOException {
    String answer =
        answers(
            HEAD.replace("CreateCluster", "ListClusters")
                + "X-Amz-Date: "
                + time
                + "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a/"
                + time
                + "\r\nConnection: close\r\n"
                + length(2)
                + "\r\n{}");
    assertThat(answer).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void connectionsThatSayNothingKeepNobodyWaiting() throws IOException {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        Socket socket = connected();
        slow.add(socket);
        // Some say nothing, some half a head, some half a body.
        send(socket, i % 3 == 0 ? "P" : i % 3 == 1 ? HEAD : HEAD + length(100) + "\r\n{");
      }
      for (int i = 0; i < 20; i++) {
        long begun = System.nanoTime();
        String answer =
            answers(
                HEAD.replace("CreateCluster", "ListClusters")
                    + "Connection: close\r\n"
                    + length(2)
                    + "\r\n{}");
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }
}
