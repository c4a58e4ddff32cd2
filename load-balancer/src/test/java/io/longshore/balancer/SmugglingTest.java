package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One request hidden within another, as seen by the target: it must never get two for one. */
class SmugglingTest {
  private static final String HIDDEN = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String POST = "POST /outer HTTP/1.1\r\nHost: a\r\n";
  private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

  private static final List<Backend.Request> seen = new CopyOnWriteArrayList<>();
  private static Balanced balanced;
  private static Backend backend;

  @BeforeAll
  static void begin() throws Exception {
    balanced = new Balanced();
    backend =
        new Backend((request, in, out) -> {
          seen.add(request);
          Backend.ok(out, request.target());
        });
    balanced.serve(Map.of(), backend);
  }

  @AfterAll
  static void end() throws Exception {
    balanced.close();
    backend.close();
  }

  @BeforeEach
  void forget() {
    seen.clear();
  }

  private static List<String> paths() {
    return seen.stream().map(Backend.Request::target).toList();
  }

  /** Each of which one reader takes for one request, and another for two. */
  static Stream<String> corpus() {
    List<String> all = new ArrayList<>();
    String te = "Transfer-Encoding: chunked\r\n";
    String cl = "Content-Length: " + HIDDEN.length() + "\r\n";
    // CL.TE and TE.CL, in both orders.
    all.add(POST + cl + te + "\r\n0\r\n\r\n" + HIDDEN);
    all.add(POST + te + cl + "\r\n0\r\n\r\n" + HIDDEN);
    all.add(POST + te + "Content-Length: 4\r\n\r\n24\r\n" + HIDDEN + "\r\n0\r\n\r\n");
    // TE.TE: one of them hidden from one reader.
    for (String hiding :
        List.of(
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding:\u000bchunked",
            "Transfer-Encoding: \u000cchunked",
            "Transfer-Encoding: chunked\u0000",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: chunked;a=b",
            "Transfer-Encoding: chunked,",
            "Transfer-Encoding:",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding\t: chunked",
            "Transfer-Encoding\u0000: chunked",
            "\u0000Transfer-Encoding: chunked",
            "Transfer-Encoding\u00a0: chunked",
            "X: y\r\n Transfer-Encoding: chunked",
            "X: y\r\n\tTransfer-Encoding: chunked",
            "X: y\rTransfer-Encoding: chunked",
            "X: y\nTransfer-Encoding: chunked",
            "X\nTransfer-Encoding: chunked",
            "Transfer-Encoding\r\n: chunked",
            "Transfer-Encoding:\r\n chunked")) {
      all.add(POST + hiding + "\r\n" + cl + "\r\n" + "0\r\n\r\n" + HIDDEN);
      all.add(POST + te + hiding + "\r\n\r\n0\r\n\r\n" + HIDDEN);
    }
    // Lengths that are read in two ways.
    for (String length :
        List.of(
            "5\r\nContent-Length: 6",
            "5\r\nContent-Length: 5",
            "5, 5",
            "5,6",
            "+5",
            "-1",
            "0x5",
            "5 5",
            "5\u0000",
            "\"5\"",
            "5.0",
            "1e1",
            "\u0665",
            "18446744073709551621",
            "9223372036854775808",
            "")) {
      all.add(POST + "Content-Length: " + length + "\r\n\r\nhello" + HIDDEN);
    }
    all.add(POST + "Content-Length : 5\r\n\r\nhello" + HIDDEN);
    all.add(POST + "Content-Length\u0000: 5\r\n\r\nhello" + HIDDEN);
    all.add(POST + "Content-Length\u00ff: 5\r\n\r\nhello" + HIDDEN);
    all.add(POST + "X: y\r\n Content-Length: 5\r\n\r\nhello" + HIDDEN);
    // Sizes of chunks that are read in two ways.
    for (String size :
        List.of(
            "-5",
            "+5",
            " 5",
            "5 ",
            "0x5",
            "5_",
            "5,",
            "5\u0000",
            "5\n\r",
            "5\r",
            "5;a\nb",
            "5;\r0",
            "10000000000000005",
            "FFFFFFFFFFFFFFFF",
            "00000000000000005",
            "")) {
      all.add(CHUNKED + size + "\r\nhello\r\n0\r\n\r\n" + HIDDEN);
    }
    all.add(CHUNKED + "5\nhello\r\n0\r\n\r\n" + HIDDEN);
    all.add(CHUNKED + "5\r\nhello\n0\r\n\r\n" + HIDDEN);
    all.add(CHUNKED + "5\r\nhelloXX0\r\n\r\n" + HIDDEN);
    all.add(CHUNKED + "0\n\n" + HIDDEN);
    all.add(CHUNKED + "0\r\nX y\r\n\r\n" + HIDDEN);
    // Lines that end for one reader only.
    all.add("GET /outer HTTP/1.1\nHost: a\n\n" + HIDDEN);
    all.add("GET /outer HTTP/1.1\r\nHost: a\r\n\n" + HIDDEN);
    all.add("GET /outer HTTP/1.1\rHost: a\r\r" + HIDDEN);
    all.add("GET /outer HTTP/1.1\r\nHost: a\r\nX: y\r\r\n\r\n" + HIDDEN);
    all.add("GET /outer HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + HIDDEN);
    all.add("GET /outer\u00a0HTTP/1.1\r\nHost: a\r\n\r\n" + HIDDEN);
    all.add("GET /outer HTTP/1.1\r\nHost: a\r\nX\u00ff: y\r\n\r\n" + HIDDEN);
    all.add("GET /outer HTTP/1.1\r\nHost: a\r\n(X): y\r\n\r\n" + HIDDEN);
    all.add("GET /outer HTTP/1.1\r\nHost: a\r\nX\u007f: y\r\n\r\n" + HIDDEN);
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void isRefusedAndTheTargetGetsNoSecondRequest(String bytes) throws Exception {
    String answer = balanced.raw(bytes);
    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("connection: close");
    assertThat(answer.split("HTTP/1\\.1 ", -1)).hasSize(2);
    assertThat(paths()).doesNotContain("/smuggled").hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void whatLooksLikeARequestWithinABodyStaysABody() throws Exception {
    String last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    balanced.raw(POST + "Content-Length: " + HIDDEN.length() + "\r\n\r\n" + HIDDEN + last);
    balanced.raw(
        POST
            + "Transfer-Encoding: Chunked\r\n\r\n"
            + Integer.toHexString(HIDDEN.length())
            + ";x=y\r\n"
            + HIDDEN
            + "\r\n0\r\nTrailer: z\r\n\r\n"
            + last);
    assertThat(paths()).containsExactly("/outer", "/last", "/outer", "/last");
    assertThat(seen.get(0).body()).asString().isEqualTo(HIDDEN);
    assertThat(seen.get(2).body()).asString().isEqualTo(HIDDEN);
  }

  /** Which fields frame a body is not for the client to say by {@code Connection}. */
  @Test
  void fieldsThatFrameABodyCannotBeTakenAway() throws Exception {
    balanced.raw(
        POST
            + "Content-Length: "
            + HIDDEN.length()
            + "\r\nConnection: close, Content-Length, Host\r\n\r\n"
            + HIDDEN);
    balanced.raw(
        POST
            + "Transfer-Encoding: chunked\r\nConnection: close, Transfer-Encoding\r\n\r\n"
            + "5\r\nhello\r\n0\r\n\r\n");
    assertThat(paths()).containsExactly("/outer", "/outer");
    assertThat(seen.get(0).body()).asString().isEqualTo(HIDDEN);
    assertThat(seen.get(0).field("Host")).isEqualTo("a");
    assertThat(seen.get(1).body()).asString().isEqualTo("hello");
  }

  @Test
  void ofATargetWithAHostAndAnotherHostTheTargetGetsOne() throws Exception {
    balanced.raw("GET http://b/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(paths()).containsExactly("/x");
    assertThat(seen.getFirst().field("Host")).isEqualTo("b");
  }

  /** A field whose name merely looks like another is a token, and goes on as it is. */
  @Test
  void namesThatResembleOthersFrameNothing() throws Exception {
    balanced.raw(
        "GET /x HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\nTransfer_Encoding: chunked\r\n\r\n"
            + "GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(paths()).containsExactly("/x", "/y");
    assertThat(seen.getFirst().fields())
        .containsEntry("Content_Length", "5")
        .doesNotContainKey("Content-Length")
        .doesNotContainKey("Transfer-Encoding");
  }
}
