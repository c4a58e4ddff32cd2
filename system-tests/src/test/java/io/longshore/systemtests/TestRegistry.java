package io.longshore.systemtests;

import com.github.dockerjava.api.DockerClient;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A registry on the loopback, which engines take without TLS. Its images all have the one layer of
 * the tests' image, and differ in a label. It can only be read from (OCI distribution
 * specification, pull).
 */
final class TestRegistry implements AutoCloseable {
  private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

  private final HttpServer server;
  private final byte[] layer;
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();

  TestRegistry(DockerClient docker) throws IOException {
    layer = layer(docker);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext("/v2/", this::answer);
    server.start();
  }

  /** The name of an image in this registry. */
  String image(String repository, String tag) {
    return "%s/%s:%s".formatted(address(), repository, tag);
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /**
   * Lets a tag stand for an image with this label.
   *
   * @return the digest of its manifest
   */
  String push(String tag, String label) throws IOException {
    String config =
        """
        {"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"Labels":{"version":"%s"}},\
        "rootfs":{"type":"layers","diff_ids":["%s"]},"history":[{"created_by":"test"}]}\
        """
            .formatted(architecture(), label, digest(layer));
    byte[] packed = gzip(layer);
    String manifest =
        """
        {"schemaVersion":2,"mediaType":"%s",\
        "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":%d,"digest":"%s"},\
        "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":%d,"digest":"%s"}]}\
        """
            .formatted(
                MANIFEST,
                config.length(),
                blob(config.getBytes(StandardCharsets.UTF_8)),
                packed.length,
                blob(packed));
    byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
    manifests.put(digest(bytes), bytes);
    manifests.put(tag, bytes);
    return digest(bytes);
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private String blob(byte[] bytes) {
    blobs.put(digest(bytes), bytes);
    return digest(bytes);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String last = path.substring(path.lastIndexOf('/') + 1);
      boolean isManifest = path.contains("/manifests/");
      byte[] found = path.equals("/v2/") ? new byte[0] : (isManifest ? manifests : blobs).get(last);
      if (found == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      if (isManifest) {
        exchange.getResponseHeaders().set("Content-Type", MANIFEST);
      }
      exchange.getResponseHeaders().set("Docker-Content-Digest", digest(found));
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", Integer.toString(found.length));
        exchange.sendResponseHeaders(200, -1);
        return;
      }
      exchange.sendResponseHeaders(200, found.length == 0 ? -1 : found.length);
      exchange.getResponseBody().write(found);
    }
  }

  /** The layer of the tests' image, as a tar archive. */
  private static byte[] layer(DockerClient docker) throws IOException {
    try (InputStream saved = docker.saveImageCmd(Ecs.IMAGE).exec();
        TarArchiveInputStream files = new TarArchiveInputStream(saved)) {
      for (TarArchiveEntry file = files.getNextEntry(); file != null; file = files.getNextEntry()) {
        if (file.getName().endsWith("layer.tar") || isLayer(file)) {
          return files.readAllBytes();
        }
      }
    }
    throw new AssertionError("The engine saved " + Ecs.IMAGE + " without a layer.");
  }

  /** As newer engines save it: the layer is by far the largest of the blobs. */
  private static boolean isLayer(TarArchiveEntry file) {
    return file.getName().startsWith("blobs/") && file.getSize() > 100_000;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    }
    return packed.toByteArray();
  }

  private static String digest(byte[] bytes) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
