package io.longshore.runner.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.ContainerSecrets;
import io.longshore.messages.ContainerSecrets.Reference;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.SecretReference;
import io.longshore.runner.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class ProvisionsTest {
  private static final String ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db";

  @TempDir private Path buckets;

  /** Has one value for everything, and is out of reach as often as it is told. */
  private static final class Store implements SecretStore {
    final List<String> asked = new ArrayList<>();
    String value = "value";
    int failures;
    boolean broken;

    @Override
    public String fetch(SecretReference reference) throws ProvisionException {
      asked.add(reference.asked());
      if (broken) {
        throw new IllegalStateException("hunter2");
      }
      if (failures-- > 0) {
        throw ProvisionException.passing("no answer");
      }
      return value;
    }
  }

  private final Store store = new Store();

  private Provided complete(
      List<String> files, List<Reference> secrets, List<Reference> options, Map<String, String> own)
      throws ProvisionException {
    Provisions provisions =
        new Provisions(store, new EnvironmentFiles(buckets, List.of()), Duration.ofMillis(1));
    ContainerSpec plain = Tasks.container("web", true, List.of(), own, List.of());
    return provisions.complete(plain.withSecrets(new ContainerSecrets(files, secrets, options)));
  }

  private String file(String name, String text) throws Exception {
    Files.writeString(Files.createDirectories(buckets.resolve("shop")).resolve(name), text);
    return "arn:aws:s3:::shop/" + name;
  }

  @Test
  void theDefinitionsOwnComesBeforeFilesAnEarlierFileBeforeALaterAndSecretsBeforeAll()
      throws Exception {
    String first = file("first.env", "A=first\nB=first\nC=first\nSECRET=first");
    String second = file("second.env", "B=second\nD=second");
    Provided provided =
        complete(
            List.of(first, second),
            List.of(new Reference("SECRET", "db")),
            List.of(new Reference("token", "db")),
            Map.of("A", "own"));
    assertThat(provided.spec().environment())
        .isEqualTo(
            Map.of("A", "own", "B", "first", "C", "first", "D", "second", "SECRET", "value"));
    assertThat(provided.spec().logOptions()).isEqualTo(Map.of("token", "value"));
    assertThat(store.asked).containsExactly("db");
  }

  @Test
  void membersOfOneSecretAreOneQuestion() throws Exception {
    store.value =
        "{\"user\":\"shop\",\"port\":5432,\"rate\":1.50,\"big\":12345678901234567890,\"on\":true,"
            + "\"list\":[1,\"x\"]}";
    List<Reference> secrets = new ArrayList<>();
    for (String key : List.of("user", "port", "rate", "big", "on", "list")) {
      secrets.add(new Reference(key, ARN + ":" + key + "::"));
    }
    secrets.add(new Reference("all", ARN));
    assertThat(complete(List.of(), secrets, List.of(), Map.of()).spec().environment())
        .isEqualTo(
            Map.of(
                "user", "shop",
                "port", "5432",
                "rate", "1.50",
                "big", "12345678901234567890",
                "on", "true",
                "list", "[1,\"x\"]",
                "all", store.value));
    assertThat(store.asked).containsExactly(ARN);
  }

  @Test
  void whatIsWrongWithAMemberIsSaidWithoutTheValue() {
    record Case(String value, String words) {}
    for (Case one :
        List.of(
            new Case("hunter2", "its value is not JSON"),
            new Case("[\"hunter2\"]", "its value is not a JSON object"),
            new Case("{\"other\":\"hunter2\"}", "its value has no member 'key'"),
            new Case("{\"key\":null,\"x\":\"hunter2\"}", "its value has no member 'key'"),
            new Case("{\"key\":\"hunter2\\u0000\"}", "its member 'key' contains a NUL"))) {
      store.value = one.value();
      List<Reference> secrets = List.of(new Reference("NAME", ARN + ":key::"));
      assertThatThrownBy(() -> complete(List.of(), secrets, List.of(), Map.of()))
          .isInstanceOfSatisfying(
              ProvisionException.class,
              e ->
                  assertThat(e.words())
                      .isEqualTo(
                          "unable to pull secrets or registry auth: secret '%s:key::' for NAME: %s"
                              .formatted(ARN, one.words()))
                      .doesNotContain("hunter2"));
    }
  }

  @Test
  void aStoreOutOfReachIsAskedThreeTimes() throws Exception {
    List<Reference> secrets = List.of(new Reference("NAME", "db"));
    store.failures = 2;
    assertThat(complete(List.of(), secrets, List.of(), Map.of()).spec().environment())
        .containsEntry("NAME", "value");
    store.failures = 3;
    assertThatThrownBy(() -> complete(List.of(), secrets, List.of(), Map.of()))
        .hasMessage(
            "unable to pull secrets or registry auth: secret 'db' for NAME:"
                + " no answer, asked 3 times");
    assertThat(store.asked).hasSize(6);
  }

  @Test
  void aDefectOfAStoreIsAFailureAndSaysNothing() {
    store.broken = true;
    List<Reference> secrets = List.of(new Reference("NAME", "db"));
    assertThatThrownBy(() -> complete(List.of(), secrets, List.of(), Map.of()))
        .isInstanceOf(ProvisionException.class)
        .hasMessageEndingWith("a defect of the store: IllegalStateException");
    assertThat(store.asked).hasSize(1);
  }

  @Test
  void aMissingFileIsToldInTheWordsOfEcs() {
    assertThatThrownBy(
            () -> complete(List.of("arn:aws:s3:::shop/none.env"), List.of(), List.of(), Map.of()))
        .hasMessage(
            "failed to download env files: 'arn:aws:s3:::shop/none.env': there is no such file");
  }

  @Test
  void anEnginesWordsAreTakenBackIfAValueIsInThem() throws Exception {
    store.value = "a-long-secret-value";
    Provided provided =
        complete(
            List.of(file("f.env", "SHORT=x\nLONG=from the file")),
            List.of(new Reference("NAME", "db")),
            List.of(),
            Map.of("OWN", "plain text"));
    assertThat(provided.withoutValues("no x for plain text")).isEqualTo("no x for plain text");
    for (String words :
        List.of("bad a-long-secret-value", "bad \"a-long-se…", "bad value from the file")) {
      assertThat(provided.withoutValues(words)).contains("withheld").doesNotContain("a-long");
    }
    assertThat(provided.toString()).doesNotContain("a-long");
  }

  @Test
  void whoAsksForNothingIsGivenNothingAndNobodyIsAsked() throws Exception {
    Provided provided = complete(List.of(), List.of(), List.of(), Map.of("A", "b"));
    assertThat(provided.isSecret()).isFalse();
    assertThat(provided.spec().environment()).isEqualTo(Map.of("A", "b"));
    assertThat(store.asked).isEmpty();
  }
}
