package io.longshore.balancer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HeadReaderTest {
  private static RequestHead read(String head) throws RefusedException {
    return HeadReader.read(head.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Arguments refused(int status, String head) {
    return Arguments.of(status, head);
  }

  static Stream<Arguments> refused() {
    String get = "GET / HTTP/1.1\r\nHost: a\r\n";
    String post = "POST / HTTP/1.1\r\nHost: a\r\n";
    return Stream.of(
        refused(400, post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
        refused(400, post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
        refused(400, post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"),
        refused(400, post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        refused(400, post + "Content-Length: 5, 5\r\n\r\n"),
        refused(400, post + "Content-Length: +5\r\n\r\n"),
        refused(400, post + "Content-Length: -5\r\n\r\n"),
        refused(400, post + "Content-Length: 0x5\r\n\r\n"),
        refused(400, post + "Content-Length: 5 5\r\n\r\n"),
        refused(400, post + "Content-Length:\r\n\r\n"),
        refused(400, post + "Content-Length: 9999999999999999999\r\n\r\n"),
        refused(400, post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
        refused(400, post + "Transfer-Encoding: chunked, chunked\r\n\r\n"),
        refused(400, post + "Transfer-Encoding: xchunked\r\n\r\n"),
        refused(400, post + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
        refused(400, post + "Transfer-Encoding: chunked, identity\r\n\r\n"),
        refused(400, post + "Transfer-Encoding: \u000bchunked\r\n\r\n"),
        refused(400, post + "Transfer-Encoding: chunked;q=1\r\n\r\n"),
        refused(400, post + "Transfer-Encoding : chunked\r\n\r\n"),
        refused(400, post + "Transfer-Encoding\t: chunked\r\n\r\n"),
        refused(400, post + " Transfer-Encoding: chunked\r\n\r\n"),
        refused(400, post + "X: a\r\n Transfer-Encoding: chunked\r\n\r\n"),
        refused(400, post + "X: a\r\n\tfolded\r\n\r\n"),
        refused(400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
        refused(400, get + "X: a\rContent-Length: 5\r\n\r\n"),
        refused(400, get + "X: a\nContent-Length: 5\r\n\r\n"),
        refused(400, get + "X: a\u0000b\r\n\r\n"),
        refused(400, get + "X: a\u007fb\r\n\r\n"),
        refused(400, get + "No colon\r\n\r\n"),
        refused(400, get + ": no name\r\n\r\n"),
        refused(400, get + "Bad(name): x\r\n\r\n"),
        refused(400, get + "Host: b\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        refused(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        refused(400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        refused(400, "GET /\r\nHost: a\r\n\r\n"),
        refused(400, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        refused(400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET example HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET http://u@evil/x HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(405, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        refused(417, get + "Expect: the-unexpected\r\n\r\n"),
        refused(414, "GET /" + "a".repeat(17_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(431, get + "X: " + "a".repeat(17_000) + "\r\n\r\n"),
        refused(431, get + "X: a\r\n".repeat(201) + "\r\n"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatTwoReadersMightReadDifferentlyIsRefused(int status, String head) {
    RefusedException refused = catchThrowableOfType(RefusedException.class, () -> read(head));
    assertThat(refused).as(head).isNotNull();
    assertThat(refused.refusal().status()).isEqualTo(status);
    assertThat(refused.refusal().words()).isNotBlank();
  }

  @Test
  void whatIsPlainIsRead() throws RefusedException {
    RequestHead head =
        read("POST /a?b=c HTTP/1.1\r\nHost: shop.example:81\r\ncontent-length:\t 5 \r\nX:\r\n\r\n");
    assertThat(head.method()).isEqualTo("POST");
    assertThat(head.target()).isEqualTo("/a?b=c");
    assertThat(head.authority()).isEqualTo("shop.example:81");
    assertThat(head.framing()).isEqualTo(new Framing.Length(5));
    assertThat(head.fields()).contains(new Field("X", ""));
    assertThat(head.keepAlive()).isTrue();
  }

  @Test
  void chunkedIsReadWithoutRegardToCase() throws RefusedException {
    assertThat(read("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: Chunked\r\n\r\n").framing())
        .isEqualTo(Framing.CHUNKED);
  }

  @Test
  void aTargetWithAHostCountsMoreThanTheField() throws RefusedException {
    RequestHead head = read("GET http://shop.example?x HTTP/1.1\r\nHost: other\r\n\r\n");
    assertThat(head.authority()).isEqualTo("shop.example");
    assertThat(head.target()).isEqualTo("/?x");
  }

  @Test
  void keepAliveIsAsRfc9112HasIt() throws RefusedException {
    assertThat(read("GET / HTTP/1.0\r\n\r\n").keepAlive()).isFalse();
    assertThat(read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keepAlive()).isTrue();
    assertThat(read("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").keepAlive())
        .isFalse();
  }

  @Test
  void chunkLines() throws RefusedException {
    assertThat(ChunkLine.size("0")).isZero();
    assertThat(ChunkLine.size("1aF")).isEqualTo(0x1aF);
    assertThat(ChunkLine.size("5;name=value")).isEqualTo(5);
    for (String bad :
        new String[] {
          "", " 5", "5 ", "+5", "-1", "0x5", "5,", "g", ";x", "1234567890123456", "5;\n", "\uff15"
        }) {
      assertThat(catchThrowableOfType(RefusedException.class, () -> ChunkLine.size(bad)))
          .as(bad)
          .isNotNull();
    }
  }

  @Test
  void whatIsOfTheConnectionGoesNoFurther() throws RefusedException {
    RequestHead head =
        read(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Own, Host, Cookie\r\nX-Own: 1\r\n"
                + "Keep-Alive: 5\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"
                + "Proxy-Connection: x\r\nCookie: c\r\nX-Other: 2\r\n\r\n");
    assertThat(Connection.endToEnd(head.fields()))
        .containsExactly(
            new Field("Host", "a"), new Field("Cookie", "c"), new Field("X-Other", "2"));
  }
}
