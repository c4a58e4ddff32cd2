package io.longshore.balancer.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads heads of HTTP/1 requests to the letter of RFC 9112. Whatever two readers might take for
 * different things is refused: that is how one request is hidden within another.
 */
public final class HeadReader {
  /** As of ELB. */
  public static final int LARGEST_HEAD = 64 << 10;

  private static final int LONGEST_LINE = 16 << 10;
  private static final int MOST_FIELDS = 200;

  private HeadReader() {}

  /**
   * @param head with the empty line at its end
   * @throws RefusedException if it is not to be passed on
   */
  public static RequestHead read(byte[] head) throws RefusedException {
    List<String> lines = lines(head);
    String[] first = lines.getFirst().split(" ", -1);
    if (first.length != 3 || !isToken(first[0])) {
      throw malformed("the request line is not a method, a target and a version");
    }
    int minorVersion = minorVersion(first[2]);
    if (first[1].length() > LONGEST_LINE) {
      throw new RefusedException(new Refusal(414, "the target is too long"));
    }
    List<Field> fields = fields(lines.subList(1, lines.size()));
    String host = host(fields, minorVersion);
    Framing framing = framing(fields, minorVersion);
    expectation(fields);
    Asking asking = asking(first[0], first[1], host);
    return new RequestHead(
        first[0], asking.target(), asking.authority(), minorVersion, fields, framing);
  }

  /**
   * The same for what came by HTTP/2, whose frames leave no doubt about lengths: what is written to
   * a target as HTTP/1 must not become more than it was.
   *
   * @throws RefusedException if it is not to be passed on
   */
  public static RequestHead ofHttp2(
      String method, String target, String host, List<Field> came, Framing framing)
      throws RefusedException {
    if (!isToken(method)) {
      throw malformed("the method is no token");
    }
    if (!isAuthority(host) || host.isEmpty()) {
      throw malformed("the authority is no host");
    }
    List<String> lines = came.stream().map(field -> field.name() + ": " + field.value()).toList();
    List<Field> fields = fields(lines);
    expectation(fields);
    Asking asking = asking(method, target, host);
    return new RequestHead(method, asking.target(), asking.authority(), 1, fields, framing);
  }

  private static RefusedException malformed(String words) {
    return new RefusedException(Refusal.malformed(words));
  }

  private static List<String> lines(byte[] head) throws RefusedException {
    List<String> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < head.length; i++) {
      if (head[i] == '\n') {
        if (i == 0 || head[i - 1] != '\r') {
          throw malformed("a line ends without carriage return");
        }
        lines.add(new String(head, from, i - 1 - from, StandardCharsets.ISO_8859_1));
        from = i + 1;
      } else if (head[i] == '\r' && (i + 1 == head.length || head[i + 1] != '\n')) {
        throw malformed("a carriage return is not followed by a line feed");
      } else if (head[i] == 0) {
        throw malformed("the head contains a NUL");
      }
    }
    if (lines.size() < 2 || !lines.getLast().isEmpty()) {
      throw malformed("the head has no end");
    }
    return lines.subList(0, lines.size() - 1);
  }

  private static int minorVersion(String version) throws RefusedException {
    return switch (version) {
      case "HTTP/1.1" -> 1;
      case "HTTP/1.0" -> 0;
      default -> {
        if (version.matches("HTTP/[02-9]\\.[0-9]")) {
          throw new RefusedException(new Refusal(505, "only HTTP/1.0, 1.1 and 2 are spoken here"));
        }
        throw malformed("the version is none of HTTP/1");
      }
    };
  }

  /**
   * @throws RefusedException if the line is no field
   */
  public static void trailer(String line) throws RefusedException {
    field(line);
  }

  static List<Field> fields(List<String> lines) throws RefusedException {
    if (lines.size() > MOST_FIELDS) {
      throw new RefusedException(new Refusal(431, "there are too many fields"));
    }
    List<Field> fields = new ArrayList<>(lines.size());
    for (String line : lines) {
      fields.add(field(line));
    }
    return fields;
  }

  private static Field field(String line) throws RefusedException {
    if (line.length() > LONGEST_LINE) {
      throw new RefusedException(new Refusal(431, "a field is too long"));
    }
    if (line.startsWith(" ") || line.startsWith("\t")) {
      throw malformed("a field is folded over two lines");
    }
    int colon = line.indexOf(':');
    if (colon < 0 || !isToken(line.substring(0, colon))) {
      throw malformed("a field has no name that is a token, or no colon right after it");
    }
    for (int i = colon + 1; i < line.length(); i++) {
      char c = line.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7F) {
        throw malformed("a field's value contains a control character");
      }
    }
    return new Field(line.substring(0, colon), stripped(line.substring(colon + 1)));
  }

  /** Without spaces and tabs at both ends, and nothing else. */
  private static String stripped(String value) {
    int from = 0;
    int to = value.length();
    while (from < to && (value.charAt(from) == ' ' || value.charAt(from) == '\t')) {
      from++;
    }
    while (to > from && (value.charAt(to - 1) == ' ' || value.charAt(to - 1) == '\t')) {
      to--;
    }
    return value.substring(from, to);
  }

  public static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static String host(List<Field> fields, int minorVersion) throws RefusedException {
    List<String> hosts = Field.values(fields, "host");
    if (hosts.size() > 1 || (hosts.isEmpty() && minorVersion == 1)) {
      throw malformed("there is not exactly one field Host");
    }
    String host = hosts.isEmpty() ? "" : hosts.getFirst();
    if (!isAuthority(host)) {
      throw malformed("the field Host is no host");
    }
    return host;
  }

  public static boolean isAuthority(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && "-._~:[]%!$&'()*+;=".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static Framing framing(List<Field> fields, int minorVersion) throws RefusedException {
    List<String> lengths = Field.values(fields, "content-length");
    List<String> codings = Field.values(fields, "transfer-encoding");
    if (codings.isEmpty()) {
      return lengths.isEmpty() ? Framing.NONE : length(lengths);
    }
    if (!lengths.isEmpty()) {
      throw malformed("there are both Content-Length and Transfer-Encoding");
    }
    if (minorVersion == 0) {
      throw malformed("HTTP/1.0 has no Transfer-Encoding");
    }
    if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
      throw malformed("the Transfer-Encoding is not chunked and nothing else");
    }
    return Framing.CHUNKED;
  }

  private static Framing length(List<String> lengths) throws RefusedException {
    String length = lengths.getFirst();
    if (lengths.size() > 1 || length.isEmpty() || length.length() > 18) {
      throw malformed("there is not exactly one Content-Length");
    }
    for (int i = 0; i < length.length(); i++) {
      if (length.charAt(i) < '0' || length.charAt(i) > '9') {
        throw malformed("the Content-Length is no number");
      }
    }
    long bytes = Long.parseLong(length);
    return bytes == 0 ? Framing.NONE : new Framing.Length(bytes);
  }

  private static void expectation(List<Field> fields) throws RefusedException {
    for (String expected : Field.values(fields, "expect")) {
      if (!expected.equalsIgnoreCase("100-continue")) {
        throw new RefusedException(new Refusal(417, "only 100-continue may be expected"));
      }
    }
  }

  private record Asking(String target, String authority) {}

  private static Asking asking(String method, String target, String host) throws RefusedException {
    if (!isTarget(target)) {
      throw malformed("the target contains characters that no target has");
    }
    if (method.equals("CONNECT")) {
      throw new RefusedException(new Refusal(405, "no tunnels are made here"));
    }
    if (target.startsWith("/")) {
      return new Asking(target, host);
    }
    if (target.equals("*") && method.equals("OPTIONS")) {
      return new Asking(target, host);
    }
    return absolute(target);
  }

  /** A target that names its host, as clients of proxies send it: then Host does not count. */
  private static Asking absolute(String target) throws RefusedException {
    String lower = target.toLowerCase(Locale.ROOT);
    if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
      throw malformed("the target is no path");
    }
    int from = target.indexOf("//") + 2;
    int to = from;
    while (to < target.length() && "/?".indexOf(target.charAt(to)) < 0) {
      to++;
    }
    String authority = target.substring(from, to);
    if (authority.isEmpty() || !isAuthority(authority)) {
      throw malformed("the target's host is none");
    }
    String rest = target.substring(to);
    return new Asking(rest.startsWith("/") ? rest : "/" + rest, authority);
  }

  public static boolean isTarget(String target) {
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c <= ' ' || c >= 0x7F || c == '#') {
        return false;
      }
    }
    return !target.isEmpty();
  }
}
