package io.longshore.api.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.ListServiceDeploymentsRequest;

class AwsJsonTest {
  private static final Shape.Structure SHAPE = Shape.of(CreateServiceRequest.class);

  private static Members read(String body) {
    return AwsJson.read(body.getBytes(StandardCharsets.UTF_8), SHAPE);
  }

  @Test
  void readsWhatTheModelKnowsAndIgnoresTheRest() {
    Members members =
        read(
            """
            {"serviceName":"a","desiredCount":3,"enableExecuteCommand":true,"unknown":{"x":[1,{}]},
             "role":null,"loadBalancers":[{"containerPort":80}],
             "networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"],"newer":1}}}
            """);
    assertThat(members.values().keySet())
        .containsExactly(
            "serviceName",
            "desiredCount",
            "enableExecuteCommand",
            "loadBalancers",
            "networkConfiguration");
    assertThat(members.integer("desiredCount")).isEqualTo(3);
    assertThat(new String(AwsJson.write(members), StandardCharsets.UTF_8))
        .contains("\"subnets\":[\"s\"]")
        .doesNotContain("newer");
  }

  @Test
  void whatNoDatabaseKeepsIsRefusedWhereverItIs() {
    assertThatThrownBy(() -> read("{\"tags\":[{\"key\":\"a\",\"value\":\"b\\u0000\"}]}"))
        .isInstanceOf(EcsException.class)
        .hasMessage("'tags[0].value' must not contain a NUL character.");
    assertThatThrownBy(() -> read("{\"unknown\":\"\\u0000\"}")).isInstanceOf(EcsException.class);
    assertThatThrownBy(() -> read("{\"tags\":[{\"key\":\"a\",\"value\":\"b\\ud800\"}]}"))
        .isInstanceOf(EcsException.class)
        .hasMessage("The body must not contain a NUL character or half of a surrogate pair.");
  }

  @Test
  void aNumberThatWouldBeWrittenOutIsRefused() {
    String percent = "{\"deploymentConfiguration\":{\"linearConfiguration\":{\"stepPercent\":%s}}}";
    assertThat(read(percent.formatted("12.5")).isEmpty()).isFalse();
    assertThatThrownBy(() -> read(percent.formatted("1e300")))
        .isInstanceOf(EcsException.class)
        .hasMessage(
            "deploymentConfiguration.linearConfiguration.stepPercent must be a number of at most 60 digits.");
    String details = "{\"deploymentConfiguration\":{\"lifecycleHooks\":[{\"hookDetails\":%s}]}}";
    assertThatThrownBy(() -> read(details.formatted("{\"a\":[-1e-300]}")))
        .isInstanceOf(EcsException.class);
    assertThat(read(details.formatted("{\"a\":null,\"b\":[null,true]}")).json().text())
        .isEqualTo(details.formatted("{\"b\":[true]}"));
  }

  @Test
  void byHandTimesAreTextAndNothingUnknownIsLetThrough() {
    Shape.Structure shape = Shape.of(ListServiceDeploymentsRequest.class);
    Members members =
        AwsJson.read(
            "{\"createdAt\":{\"after\":\"2026-01-31T12:00:00.5+01:00\"}}"
                .getBytes(StandardCharsets.UTF_8),
            shape,
            AwsJson.Dialect.PLAIN);
    assertThat(members.values().toString()).contains("1769857200.500");
    for (String wrong : List.of("{\"after\":1}", "{\"after\":\"noon\"}", "{\"since\":null}")) {
      byte[] body = "{\"createdAt\":%s}".formatted(wrong).getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> AwsJson.read(body, shape, AwsJson.Dialect.PLAIN))
          .isInstanceOfSatisfying(
              EcsException.class, e -> assertThat(e.member()).startsWith("createdAt."));
    }
  }

  @Test
  void anEmptyBodyIsAnEmptyObject() {
    assertThat(AwsJson.read(new byte[0], SHAPE).isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "3",
        "\"a\"",
        "{",
        "{}{}",
        "{} x",
        "{\"a\":}",
        "{'a':1}",
        "\uFEFF{}",
        "{\"serviceName\":\"a\",\"serviceName\":\"b\"}",
        "{\"desiredCount\":1e400}",
        "{\"a\":NaN}"
      })
  void refusesWhatIsNotOneObject(String body) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(
            EcsException.class, e -> assertThat(e.type()).isEqualTo("SerializationException"));
  }

  @Test
  void refusesOtherEncodings() {
    for (byte[] body :
        List.of("{}".getBytes(StandardCharsets.UTF_16LE), new byte[] {'{', (byte) 0xff, '}'})) {
      assertThatThrownBy(() -> AwsJson.read(body, SHAPE))
          .isInstanceOfSatisfying(
              EcsException.class, e -> assertThat(e.type()).isEqualTo("SerializationException"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"desiredCount":"5"}                             | desiredCount
          {"desiredCount":1.5}                             | desiredCount
          {"desiredCount":2147483648}                      | desiredCount
          {"desiredCount":99999999999999999999}            | desiredCount
          {"serviceName":5}                                | serviceName
          {"enableExecuteCommand":"true"}                  | enableExecuteCommand
          {"loadBalancers":{}}                             | loadBalancers
          {"loadBalancers":[null]}                         | loadBalancers[0]
          {"loadBalancers":[{},{"containerPort":"x"}]}     | loadBalancers[1].containerPort
          {"deploymentConfiguration":[]}                   | deploymentConfiguration
          """)
  void aWrongTypeNamesTheMember(String body, String member) {
    assertThatThrownBy(() -> read(body))
        .hasMessageContaining(member)
        .isInstanceOfSatisfying(
            EcsException.class, e -> assertThat(e.type()).isEqualTo("SerializationException"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"launchType":"MOON"}                                     | 'launchType'
          {"deploymentController":{"type":"X"}}                     | 'deploymentController.type'
          {"placementStrategy":[{"type":"random"},{"type":"best"}]} | 'placementStrategy[1].type'
          """)
  void anUnknownEnumValueNamesTheMember(String body, String member) {
    assertThatThrownBy(() -> read(body))
        .hasMessageContaining(member)
        .isInstanceOfSatisfying(
            EcsException.class, e -> assertThat(e.type()).isEqualTo("InvalidParameterException"));
  }

  @Test
  void limitsAreReachedBeforeTheyHurt() {
    List<String> bodies =
        List.of(
            "{\"a\":" + "[".repeat(100_000),
            "{\"serviceName\":\"" + "x".repeat(10_000_000) + "\"}",
            "{\"desiredCount\":" + "9".repeat(1_000_000) + "}");
    for (String body : bodies) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> read(body)).isInstanceOf(EcsException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void aTimeIsANumberWithMilliseconds() {
    Members members = Members.NONE.with("createdAt", BigDecimal.valueOf(1_767_323_045_678L, 3));
    assertThat(new String(AwsJson.write(members), StandardCharsets.UTF_8))
        .isEqualTo("{\"createdAt\":1767323045.678}");
  }

  @Test
  void aFingerprintKnowsNeitherOrderNorToken() {
    String one = Fingerprint.of(read("{\"serviceName\":\"a\",\"desiredCount\":1}"));
    assertThat(
            Fingerprint.of(
                read("{\"desiredCount\":1,\"clientToken\":\"t\",\"serviceName\":\"a\"}")))
        .isEqualTo(one);
    assertThat(Fingerprint.of(read("{\"desiredCount\":2,\"serviceName\":\"a\"}")))
        .isNotEqualTo(one);
  }

  @Test
  void aTraceGoesOnOrBegins() {
    Trace goesOn = Trace.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assertThat(goesOn.id()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(goesOn.traceparent())
        .startsWith("00-0af7651916cd43dd8448eb211c80319c-")
        .endsWith("-01");
    assertThat(Trace.of("00-zz").id()).matches("[0-9a-f]{32}");
  }
}
