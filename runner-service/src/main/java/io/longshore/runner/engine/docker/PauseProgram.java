package io.longshore.runner.engine.docker;

import io.longshore.messages.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A program that sleeps for ever, for the container that holds what the containers of a task share.
 * It is a static Linux executable of some 200 bytes, written out here, so that no registry and no
 * compiler is needed for it.
 *
 * <p>Where processes are shared, it is their first: it ignores SIGCHLD, so that the kernel buries
 * the orphans that become its children.
 */
final class PauseProgram {
  static final String PATH = "/pause";
  private static final int EXECUTABLE = 0755;
  private static final long ADDRESS = 0x400000;
  private static final int ELF_HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final short MACHINE_X86_64 = 62;
  private static final short MACHINE_ARM64 = 183;

  /** What both pass to rt_sigaction(2): SIG_IGN, and neither flags nor a mask. */
  private static final String IGNORE =
      "0100000000000000" + "0000000000000000" + "0000000000000000" + "0000000000000000";

  private static final String X86_64 =
      "488d351d000000" // lea rsi, [IGNORE]
          + "bf11000000" // mov edi, SIGCHLD
          + "31d2" // xor edx, edx
          + "41ba08000000" // mov r10d, 8
          + "b80d000000" // mov eax, rt_sigaction
          + "0f05" // syscall
          + "b822000000" // again: mov eax, pause
          + "0f05" // syscall
          + "ebf7"; // jmp again

  private static final String ARM64 =
      "a1010010" // adr x1, IGNORE
          + "200280d2" // mov x0, SIGCHLD
          + "020080d2" // mov x2, 0
          + "030180d2" // mov x3, 8
          + "c81080d2" // mov x8, rt_sigaction
          + "010000d4" // svc 0
          + "000080d2" // again: mov x0, 0
          + "010080d2" // mov x1, 0
          + "020080d2" // mov x2, 0
          + "030080d2" // mov x3, 0
          + "280980d2" // mov x8, ppoll
          + "010000d4" // svc 0
          + "faffff17"; // b again

  private PauseProgram() {}

  /**
   * An image with nothing but the program, as engines load it.
   *
   * @param name with its tag
   * @param architecture as {@code EngineInfo} has it
   * @return null for an architecture it is not written for
   */
  static @Nullable InputStream image(String name, String architecture) {
    return switch (architecture) {
      case "x86_64" -> image(name, "amd64", executable(MACHINE_X86_64, X86_64));
      case "arm64" -> image(name, "arm64", executable(MACHINE_ARM64, ARM64));
      default -> null;
    };
  }

  private static InputStream image(String name, String architecture, byte[] program) {
    byte[] layer = archive(Map.of(PATH.substring(1), program));
    Map<String, Object> config =
        Map.of(
            "architecture",
            architecture,
            "os",
            "linux",
            "config",
            Map.of("Cmd", List.of(PATH)),
            "rootfs",
            Map.of("type", "layers", "diff_ids", List.of("sha256:" + sha256(layer))));
    List<Map<String, Object>> manifest =
        List.of(
            Map.of(
                "Config",
                "config.json",
                "RepoTags",
                List.of(name),
                "Layers",
                List.of("layer.tar")));
    return new ByteArrayInputStream(
        archive(
            Map.of(
                "layer.tar", layer,
                "config.json", Codec.encode(config),
                "manifest.json", Codec.encode(manifest))));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** ELF: a header, one segment that is loaded as a whole, the code, and what it points to. */
  static byte[] executable(short machine, String code) {
    byte[] body = HexFormat.of().parseHex(code + IGNORE);
    int size = ELF_HEADER + PROGRAM_HEADER + body.length;
    return ByteBuffer.allocate(size)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
        .putShort((short) 2) // an executable
        .putShort(machine)
        .putInt(1)
        .putLong(ADDRESS + ELF_HEADER + PROGRAM_HEADER) // where it begins
        .putLong(ELF_HEADER) // where the program header is
        .putLong(0)
        .putInt(0)
        .putShort((short) ELF_HEADER)
        .putShort((short) PROGRAM_HEADER)
        .putShort((short) 1)
        .putShort((short) 0)
        .putShort((short) 0)
        .putShort((short) 0)
        .putInt(1) // a segment to load
        .putInt(5) // to be read and executed
        .putLong(0)
        .putLong(ADDRESS)
        .putLong(ADDRESS)
        .putLong(size)
        .putLong(size)
        .putLong(0x10000)
        .put(body)
        .array();
  }

  private static byte[] archive(Map<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setMode(EXECUTABLE);
        entry.setSize(file.getValue().length);
        // The same program is the same image, whenever it is made.
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written to", e);
    }
    return bytes.toByteArray();
  }
}
