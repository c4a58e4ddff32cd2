package io.longshore.runner.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.SecretReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class SecretFolderTest {
  private static final String ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";

  @TempDir private Path parent;
  private Path folder;
  private SecretFolder store;

  @BeforeEach
  void open() throws IOException {
    folder = Files.createDirectory(parent.resolve("secrets"));
    store = new SecretFolder(folder);
  }

  private Path write(String name, String value, String permissions) throws IOException {
    Path file = folder.resolve(name).normalize();
    Files.createDirectories(file.getParent());
    Files.writeString(file, value);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private String fetch(String reference) throws ProvisionException {
    return store.fetch(SecretReference.parse(reference));
  }

  private void refused(String reference, String words) {
    assertThatThrownBy(() -> fetch(reference))
        .as(reference)
        .isInstanceOf(ProvisionException.class)
        .hasMessageContaining(words);
  }

  @Test
  void referencesLeadToFiles() throws Exception {
    write("ssm/shop/db", "one\n", "rw-------");
    write("ssm/plain", "two", "rw-r-----");
    write("secretsmanager/shop/key", "three\r\n", "r--------");
    write("secretsmanager/exact-AbCdEf", "four\n\n", "r--------");
    assertThat(fetch("/shop/db")).isEqualTo("one");
    assertThat(fetch("shop/db")).isEqualTo("one");
    assertThat(fetch("arn:aws:ssm:us-east-1:000000000000:parameter/shop/db")).isEqualTo("one");
    assertThat(fetch("plain")).isEqualTo("two");
    assertThat(fetch(ARN + "shop/key")).isEqualTo("three");
    assertThat(fetch(ARN + "shop/key-AbCdEf")).isEqualTo("three");
    assertThat(fetch(ARN + "shop/key-AbCdEf:::")).isEqualTo("three");
    assertThat(fetch(ARN + "exact-AbCdEf")).isEqualTo("four\n");
  }

  @Test
  void nothingOutsideOfTheFolderIsGiven() throws Exception {
    write("../outside", "not for you", "rw-------");
    write("ssm/inside", "for you", "rw-------");
    Files.createSymbolicLink(folder.resolve("ssm/link"), parent.resolve("outside"));
    Files.createSymbolicLink(folder.resolve("ssm/alias"), folder.resolve("ssm/inside"));
    refused("../outside", "dots");
    refused("x/../../outside", "dots");
    refused("/./inside", "dots");
    refused("//inside", "empty parts");
    refused("link", "leads out of the folder");
    assertThat(fetch("alias")).isEqualTo("for you");
  }

  @Test
  void whatIsNotThereOrNotUsableIsRefusedInWordsWithoutTheValue() throws Exception {
    write("ssm/open", "hunter2!", "rw-r--r--");
    write("ssm/loose", "hunter2!", "rw-----w-");
    write("ssm/nul", "hunter2!\0", "rw-------");
    write("ssm/empty", "\n", "rw-------");
    write("ssm/large", "hunter2!".repeat(10_000), "rw-------");
    write("secretsmanager/old", "hunter2!", "rw-------");
    refused("missing", "there is no such secret");
    refused("open/er", "its file cannot be read");
    refused("open", "open to every user of the host");
    refused("loose", "open to every user of the host");
    refused("nul", "it contains a NUL");
    refused("empty", "its value is empty");
    refused("large", "more than 65536 bytes");
    refused(ARN + "old::AWSPREVIOUS:", "no versions");
    for (String name : new String[] {"open", "loose", "nul", "empty", "large"}) {
      assertThatThrownBy(() -> fetch(name)).hasMessageNotContaining("hunter2!");
    }
  }

  @Test
  void aFolderThatIsNotThereHasNoSecrets() {
    store = new SecretFolder(parent.resolve("nowhere"));
    refused("any", "there is no such secret");
  }
}
