package io.longshore.systemtests;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates, as cert-manager and the operators do in a cluster. */
final class Authority {
  private static final Duration LIFE = Duration.ofDays(1);
  private static final AtomicLong SERIALS = new AtomicLong(1);

  private final KeyPair keys = pair();
  private final X509Certificate certificate;

  /** Whom it has signed for. */
  record Identity(PrivateKey key, X509Certificate certificate, X509Certificate authority) {
    /** As {@code user.p12}. */
    void writeStore(Path file, String password) {
      try (OutputStream out = Files.newOutputStream(file)) {
        store(password).store(out, password.toCharArray());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    private KeyStore store(String password) throws GeneralSecurityException, IOException {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "user", key, password.toCharArray(), new X509Certificate[] {certificate, authority});
      return store;
    }

    /** As {@code tls.crt} and {@code tls.key}. */
    void writePem(Path folder) throws IOException {
      Files.writeString(folder.resolve("tls.crt"), pem("CERTIFICATE", encoded(certificate)));
      Files.writeString(folder.resolve("tls.key"), pem("PRIVATE KEY", key.getEncoded()));
    }
  }

  Authority(String name) {
    X500Name self = new X500Name("CN=" + name);
    certificate = signed(self, self, keys, keys.getPrivate(), true);
  }

  /**
   * @param subject as {@code CN=longshore-api}
   * @param addresses by which a server is reached: host names, and addresses of IP version 4
   */
  Identity signs(String subject, String... addresses) {
    KeyPair own = pair();
    X500Name issuer = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    return new Identity(
        own.getPrivate(),
        signed(new X500Name(subject), issuer, own, keys.getPrivate(), false, addresses),
        certificate);
  }

  /** As {@code ca.crt}. */
  void write(Path file) throws IOException {
    Files.writeString(file, pem("CERTIFICATE", encoded(certificate)));
  }

  /** They trust it and nobody else. */
  TrustManager[] trust() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("authority", certificate);
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static X509Certificate signed(
      X500Name subject,
      X500Name issuer,
      KeyPair owner,
      PrivateKey signer,
      boolean authority,
      String... addresses) {
    Instant now = Instant.now();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(SERIALS.getAndIncrement()),
              Date.from(now.minus(Duration.ofMinutes(5))),
              Date.from(now.plus(LIFE)),
              subject,
              owner.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (addresses.length > 0) {
        GeneralName[] names =
            Arrays.stream(addresses)
                .map(address ->
                    new GeneralName(
                        address.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName,
                        address))
                .toArray(GeneralName[]::new);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String type, byte[] encoded) {
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
        .formatted(type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded));
  }
}
