package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.Ids;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a list. A page's token says after which item the next one begins; it is authenticated
 * together with the call it belongs to, so that it fits no other operation, filter or installation.
 */
public final class Pages {
  private static final int MAC_LENGTH = 16;
  private static final int LONGEST_TOKEN = 4096;

  private final SecretKeySpec key;

  /**
   * Accepts the tokens of every other instance with the same secret.
   *
   * @param secret the same on every api instance of an installation
   */
  public Pages(String secret) {
    key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
  }

  /**
   * Where a call wants to read.
   *
   * @param after null for the first page
   * @param size 1 to 100
   */
  public record Window(String scope, @Nullable String after, int size) {}

  /** What a call answers. */
  public record Page<T>(List<T> items, @Nullable String nextToken) {}

  /**
   * Reads {@code maxResults} and {@code nextToken} of a call.
   *
   * @param scope the operation and everything that selects the listed items
   */
  public Window window(Members request, int defaultSize, String... scope) {
    String scopeId = Ids.derive(scope);
    int size = Rules.range("maxResults", request.integer("maxResults", defaultSize), 1, 100);
    String token = request.text("nextToken");
    String after = token == null || token.isEmpty() ? null : position(scopeId, token);
    return new Window(scopeId, after, size);
  }

  /**
   * Cuts off what belongs to the next page.
   *
   * @param found in order, up to one item more than the window's size
   * @param position of an item, from which the next page can go on
   */
  public <T> Page<T> page(Window window, List<T> found, Function<T, String> position) {
    if (found.size() <= window.size()) {
      return new Page<>(found, null);
    }
    List<T> items = found.subList(0, window.size());
    return new Page<>(items, token(window.scope(), position.apply(items.getLast())));
  }

  private String token(String scope, String position) {
    byte[] text = position.getBytes(StandardCharsets.UTF_8);
    byte[] mac = mac(scope, text);
    byte[] token = Arrays.copyOf(mac, MAC_LENGTH + text.length);
    System.arraycopy(text, 0, token, MAC_LENGTH, text.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  private String position(String scope, String token) {
    if (token.length() > LONGEST_TOKEN) {
      throw invalid("Invalid token: nextToken is too long.");
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw invalid("Invalid token: nextToken was not issued here.");
    }
    if (bytes.length < MAC_LENGTH) {
      throw invalid("Invalid token: nextToken was not issued here.");
    }
    byte[] text = Arrays.copyOfRange(bytes, MAC_LENGTH, bytes.length);
    if (!MessageDigest.isEqual(mac(scope, text), Arrays.copyOf(bytes, MAC_LENGTH))) {
      throw invalid("Invalid token: nextToken does not belong to this call.");
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private byte[] mac(String scope, byte[] text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(scope.getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(mac.doFinal(text), MAC_LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
