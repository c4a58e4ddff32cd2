package io.longshore.runner.secrets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text that has to fit into an environment: of bounded size, UTF-8, without a NUL. */
final class Bounded {
  private Bounded() {}

  /** One byte more than allowed shows that there is too much. */
  static byte[] read(InputStream from, int mostBytes) throws IOException {
    return from.readNBytes(mostBytes + 1);
  }

  static String text(byte[] bytes, int mostBytes) throws ProvisionException {
    if (bytes.length > mostBytes) {
      throw ProvisionException.lasting("it has more than %d bytes".formatted(mostBytes));
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw ProvisionException.lasting("it is not UTF-8");
    }
    if (text.indexOf(0) >= 0) {
      throw ProvisionException.lasting("it contains a NUL");
    }
    return text;
  }
}
