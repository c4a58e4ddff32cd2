package io.longshore.runner.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.EnvironmentFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class EnvironmentFilesTest {
  @TempDir private Path parent;

  @Test
  void linesAreReadAsEcsDocumentsThem() {
    assertThat(
            EnvironmentFiles.parse(
                """
                # a comment
                PLAIN=value
                QUOTED="with quotes" and blanks\s
                EQUAL=a=b=c
                 INDENTED=x
                TWICE=first
                TWICE=second
                EMPTY=
                =nameless
                neither
                #HIDDEN=x
                """))
        .isEqualTo(
            Map.of(
                "PLAIN", "value",
                "QUOTED", "\"with quotes\" and blanks ",
                "EQUAL", "a=b=c",
                " INDENTED", "x",
                "TWICE", "second"));
    assertThat(EnvironmentFiles.parse("A=1\r\nB=2")).isEqualTo(Map.of("A", "1", "B", "2"));
  }

  @Test
  void filesAreTakenFromBucketsAndFromFoldersThatMayBeNamed() throws Exception {
    Path buckets = parent.resolve("buckets");
    Files.createDirectories(buckets.resolve("shop/prod"));
    Path allowed = Files.createDirectories(parent.resolve("allowed/deep"));
    Files.writeString(buckets.resolve("shop/prod/web.env"), "A=bucket");
    Files.writeString(allowed.resolve("b.env"), "A=host");
    Files.writeString(parent.resolve("other.env"), "A=other");
    EnvironmentFiles files = new EnvironmentFiles(buckets, List.of(parent.resolve("allowed")));

    assertThat(read(files, "arn:aws:s3:::shop/prod/web.env")).containsEntry("A", "bucket");
    assertThat(read(files, "file://" + allowed.resolve("b.env"))).containsEntry("A", "host");
    refused(files, "arn:aws:s3:::shop/missing.env", "there is no such file");
    refused(files, "arn:aws:s3:::shop/../../other.env", "dots");
    refused(files, "file://" + parent.resolve("other.env"), "none of the folders");
    refused(files, "file://" + parent + "/allowed/../other.env", "dots");
    refused(files, "file://" + parent + "/allowed-not/x.env", "none of the folders");
  }

  private static Map<String, String> read(EnvironmentFiles files, String value)
      throws ProvisionException {
    return files.read(EnvironmentFile.parse(value));
  }

  private static void refused(EnvironmentFiles files, String value, String words) {
    assertThatThrownBy(() -> read(files, value))
        .as(value)
        .isInstanceOf(ProvisionException.class)
        .hasMessageContaining(words);
  }
}
