package io.longshore.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.SecretReference.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretReferenceTest {
  private static final String ARN =
      "arn:aws-us-gov:secretsmanager:us-gov-east-1:123456789012:secret:a/b_+=.@-AbCdEf";

  @Test
  void parametersHaveNamesAndArns() {
    String arn = "arn:aws:ssm:us-east-1:123456789012:parameter/shop/db";
    assertThat(SecretReference.parse("/shop/db"))
        .isEqualTo(new SecretReference(Kind.PARAMETER, "/shop/db", "shop/db", null, false));
    assertThat(SecretReference.parse("db.x_y-z").name()).isEqualTo("db.x_y-z");
    assertThat(SecretReference.parse(arn))
        .isEqualTo(new SecretReference(Kind.PARAMETER, arn, "shop/db", null, false));
  }

  @Test
  void secretsHaveArnsWithMembersAndVersions() {
    String name = "a/b_+=.@-AbCdEf";
    assertThat(SecretReference.parse(ARN))
        .isEqualTo(new SecretReference(Kind.SECRET, ARN, name, null, false));
    assertThat(SecretReference.parse(ARN + ":::"))
        .isEqualTo(new SecretReference(Kind.SECRET, ARN, name, null, false));
    assertThat(SecretReference.parse(ARN + ":pass word:AWSCURRENT:"))
        .isEqualTo(new SecretReference(Kind.SECRET, ARN, name, "pass word", false));
    assertThat(SecretReference.parse(ARN + ":key:AWSPREVIOUS:"))
        .isEqualTo(new SecretReference(Kind.SECRET, ARN + "::AWSPREVIOUS:", name, "key", true));
    assertThat(SecretReference.parse(ARN + ":::v-1"))
        .isEqualTo(new SecretReference(Kind.SECRET, ARN + ":::v-1", name, null, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-rf",
        "a b",
        "a:b",
        "arn:aws:ssm:us-east-1:123456789012:parameter/",
        "arn:aws:ssm:us-east-1:1234:parameter/x",
        "arn:aws:s3:::bucket/key",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:x:key",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:x:::y:z",
      })
  void othersAreRefused(String valueFrom) {
    assertThatThrownBy(() -> SecretReference.parse(valueFrom))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void environmentFilesAreObjectsOfS3OrFilesOfTheHost() {
    assertThat(EnvironmentFile.parse("arn:aws:s3:::shop/a b/web.env"))
        .isEqualTo(new EnvironmentFile("shop", "a b/web.env"));
    assertThat(EnvironmentFile.parse("file:///etc/shop/web.env"))
        .isEqualTo(new EnvironmentFile(null, "/etc/shop/web.env"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "arn:aws:s3:::shop/web.txt",
        "arn:aws:s3:::shop",
        "arn:aws:s3:::Shop/web.env",
        "file://web.env",
        "/etc/web.env",
        "https://shop/web.env",
        "arn:aws:s3:::shop/\n.env",
      })
  void otherFilesAreRefused(String value) {
    assertThatThrownBy(() -> EnvironmentFile.parse(value))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
