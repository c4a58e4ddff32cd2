package io.longshore.balancer.inbound;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and their keys, from a folder. That of the ARN {@code
 * arn:aws:acm:local:0:certificate/ID} is in {@code ID.crt}, PEM with its chain, and its key in
 * {@code ID.key}, PKCS#8 in PEM. Files that change are read again; while they cannot be read, what
 * they had before goes on. One thread calls it.
 */
final class Certificates {
  private static final Logger LOG = Logger.getLogger(Certificates.class);
  private static final int SUBJECT_DNS = 2;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

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
  private final Map<String, String> complaints = new HashMap<>();

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
      List<X509Certificate> chain = chain(certificate);
      PrivateKey secret = key(key, chain.getFirst().getPublicKey().getAlgorithm());
      checkPair(chain.getFirst(), secret);
      Loaded fresh =
          new Loaded(
              stamp,
              names(chain.getFirst()),
              context(chain, secret, true),
              context(chain, secret, false));
      loaded.put(arn, fresh);
      complaints.remove(arn);
      return fresh;
    } catch (NoSuchFileException e) {
      return orBefore(arn, "there is no file " + e.getMessage());
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      return orBefore(
          arn, "%s or %s cannot be used: %s".formatted(certificate, key, e.getMessage()));
    }
  }

  private Loaded orBefore(String arn, String complaint) throws UnavailableException {
    Loaded before = loaded.get(arn);
    if (before == null) {
      throw new UnavailableException(complaint);
    }
    if (!complaint.equals(complaints.put(arn, complaint))) {
      LOG.warnf("What %s was before goes on: %s.", arn, complaint);
    }
    return before;
  }

  private static List<X509Certificate> chain(Path file) throws IOException, CertificateException {
    List<X509Certificate> chain = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        chain.add((X509Certificate) one);
      }
    }
    if (chain.isEmpty()) {
      throw new CertificateException("there is no certificate in " + file);
    }
    return chain;
  }

  private static PrivateKey key(Path file, String algorithm)
      throws IOException, GeneralSecurityException {
    Matcher pem = KEY.matcher(Files.readString(file));
    if (!pem.find()) {
      throw new InvalidKeyException(file + " has no key in PKCS#8 (BEGIN PRIVATE KEY)");
    }
    byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  /** Two files do not change at once: between them one may be of the next pair already. */
  private static void checkPair(X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    byte[] text = "longshore".getBytes(StandardCharsets.US_ASCII);
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(text);
    byte[] signature = signing.sign();
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(certificate.getPublicKey());
    verifying.update(text);
    if (!verifying.verify(signature)) {
      throw new InvalidKeyException("the key is not that of the certificate");
    }
  }

  private static SslContext context(List<X509Certificate> chain, PrivateKey key, boolean http)
      throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(key, chain).protocols("TLSv1.3", "TLSv1.2");
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

  private static List<String> names(X509Certificate certificate) throws CertificateException {
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
