package io.longshore.balancer.inbound;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and their keys, from a folder. That of the ARN {@code
 * arn:aws:acm:local:0:certificate/ID} is in {@code ID.crt}, PEM with its chain, and its key in
 * {@code ID.key}, PKCS#8 in PEM. Files that change are read again; while they cannot be read, what
 * they had before goes on. One thread calls it.
 */
final class Certificates {
  private static final int SUBJECT_DNS = 2;

  /** A certificate cannot be had; its message is one sentence for the operator. */
  static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnavailableException(String message) {
      super(message);
    }
  }

  private record Stamp(FileTime certificate, long size, FileTime key) {}

  private record Loaded(Stamp stamp, List<String> names, SslContext http, SslContext plain) {}

  private final @Nullable Path folder;
  private final Map<String, Loaded> loaded = new HashMap<>();

  /**
   * @param folder null when there is none
   */
  Certificates(@Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * @param http whether the listener speaks HTTP, and so may offer HTTP/2
   */
  Identity identity(Collection<String> arns, boolean http) throws UnavailableException {
    if (arns.isEmpty()) {
      throw new UnavailableException("the listener has no certificate");
    }
    List<Identity.Certificate> certificates = new ArrayList<>();
    for (String arn : arns) {
      Loaded one = load(arn);
      certificates.add(new Identity.Certificate(one.names(), http ? one.http() : one.plain()));
    }
    return new Identity(List.copyOf(certificates));
  }

  private Loaded load(String arn) throws UnavailableException {
    Path in = folder;
    String id = arn.substring(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
    if (in == null || !id.matches("[A-Za-z0-9_.-]+") || id.startsWith(".")) {
      throw new UnavailableException(
          in == null
              ? "longshore.balancer.certificates names no folder to take " + arn + " from"
              : arn + " does not end with a name that a file could have");
    }
    Path certificate = in.resolve(id + ".crt");
    Path key = in.resolve(id + ".key");
    Loaded before = loaded.get(arn);
    try {
      Stamp stamp =
          new Stamp(
              Files.getLastModifiedTime(certificate),
              Files.size(certificate),
              Files.getLastModifiedTime(key));
      if (before != null && before.stamp().equals(stamp)) {
        return before;
      }
      Loaded fresh =
          new Loaded(
              stamp,
              names(certificate),
              context(certificate, key, true),
              context(certificate, key, false));
      loaded.put(arn, fresh);
      return fresh;
    } catch (IOException | CertificateException | IllegalArgumentException e) {
      if (before != null) {
        return before;
      }
      throw new UnavailableException(
          "%s or %s cannot be used: %s".formatted(certificate, key, e.getMessage()));
    }
  }

  private static SslContext context(Path certificate, Path key, boolean http) throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(certificate.toFile(), key.toFile())
            .protocols("TLSv1.3", "TLSv1.2");
    if (http) {
      builder
          .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  ApplicationProtocolConfig.Protocol.ALPN,
                  ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                  ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                  ApplicationProtocolNames.HTTP_2,
                  ApplicationProtocolNames.HTTP_1_1));
    }
    return builder.build();
  }

  private static List<String> names(Path file) throws IOException, CertificateException {
    try (InputStream in = Files.newInputStream(file)) {
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      List<String> names = new ArrayList<>();
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (alternative.getFirst().equals(SUBJECT_DNS)) {
            names.add(alternative.get(1).toString().toLowerCase(Locale.ROOT));
          }
        }
      }
      return names.isEmpty() ? commonName(certificate) : names;
    }
  }

  private static List<String> commonName(X509Certificate certificate) {
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          return List.of(part.getValue().toString().toLowerCase(Locale.ROOT));
        }
      }
    } catch (InvalidNameException e) {
      return List.of();
    }
    return List.of();
  }
}
