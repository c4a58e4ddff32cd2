package io.longshore.api.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.ServiceName;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, pages, services and launches: what is refused and what is filled in. */
class CallsTest {
  private static final Names NAMES = new Names(new Arns("us-east-1", "000000000000"));
  private static final ClusterName CLUSTER = new ClusterName("c");
  private static final String PREFIX = "arn:aws:ecs:us-east-1:000000000000:";

  private static Members request(String json) {
    return Members.stored(json.replace('\'', '"'));
  }

  @Test
  void aNameAnIdOrAnArn() {
    assertThat(NAMES.cluster(Members.NONE).value()).isEqualTo("default");
    assertThat(NAMES.clusterOrNull(PREFIX + "cluster/x")).isEqualTo(new ClusterName("x"));
    assertThat(NAMES.serviceOrNull(CLUSTER, PREFIX + "service/c/s"))
        .isEqualTo(new ServiceName("s"));
    assertThat(NAMES.definitionOrNull("f:3")).isEqualTo(new Names.DefinitionName("f", 3));
    assertThat(NAMES.definitionOrNull(PREFIX + "task-definition/f"))
        .isEqualTo(new Names.DefinitionName("f", null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:ecs:eu-west-1:000000000000:service/c/s",
        "arn:aws:ecs:us-east-1:111111111111:service/c/s",
        "arn:aws:ecs:us-east-1:000000000000:service/other/s",
        "arn:aws:ecs:us-east-1:000000000000:service/c/../s",
        "arn:aws:ecs:us-east-1:000000000000:task/c/s"
      })
  void anArnFromElsewhereNamesNothing(String arn) {
    assertThat(NAMES.serviceOrNull(CLUSTER, arn)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "..", "a\u0000", "\u202ea", "é", "%2e", "a b"})
  void aNameOfOtherCharactersIsRefused(String name) {
    assertThatThrownBy(() -> NAMES.clusterOrNull(name))
        .isInstanceOf(EcsException.class)
        .hasMessageContaining("cluster")
        .message()
        .doesNotContainPattern("\\p{Cntrl}");
  }

  @Test
  void aPageFitsOnlyItsCall() {
    Pages pages = new Pages("secret");
    var window = pages.window(request("{'maxResults':2}"), 100, "List", "c");
    String token = pages.page(window, List.of("a", "b", "c"), item -> item).nextToken();
    Members next = Members.NONE.with("nextToken", token);
    assertThat(pages.window(next, 100, "List", "c").after()).isEqualTo("b");
    assertThatThrownBy(() -> pages.window(next, 100, "List", "d"))
        .hasMessageContaining("nextToken");
    assertThatThrownBy(() -> new Pages("other").window(next, 100, "List", "c"))
        .hasMessageContaining("nextToken");
    for (String altered : List.of("x", "!", token + "AA", "A".repeat(10_000))) {
      assertThatThrownBy(
              () -> pages.window(Members.NONE.with("nextToken", altered), 100, "List", "c"))
          .isInstanceOf(EcsException.class)
          .hasMessageContaining("nextToken");
    }
    assertThatThrownBy(() -> pages.window(request("{'maxResults':0}"), 100, "List"))
        .hasMessageContaining("maxResults");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                                                                     | serviceName
          {'serviceName':'s','desiredCount':1}                                                   | taskDefinition
          {'serviceName':'s','taskDefinition':'d'}                                               | desiredCount
          {'serviceName':'s','taskDefinition':'d','desiredCount':-1}                             | desiredCount
          {'serviceName':'s','taskDefinition':'d','desiredCount':2147483647}                     | desiredCount
          {'serviceName':'s','taskDefinition':'d','schedulingStrategy':'DAEMON'}                 | DAEMON
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'deploymentController':{'type':'EXTERNAL'}} | deploymentController
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'deploymentConfiguration':{'strategy':'BLUE_GREEN'}} | strategy
          """)
  void refusesServices(String request, String named) {
    assertThatThrownBy(() -> ServiceRules.checkCreate(request(request)))
        .isInstanceOf(EcsException.class)
        .hasMessageContaining(named);
  }

  @Test
  void anUpdateKeepsWhatItDoesNotName() {
    Members current =
        request(
            "{'deploymentConfiguration':{'minimumHealthyPercent':20,'maximumPercent':150},'platformVersion':'1'}");
    var update =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request(
                "{'service':'s','deploymentConfiguration':{'maximumPercent':120},'platformVersion':'1'}"),
            null,
            current);
    assertThat(update.settings()).isNotNull();
    assertThat(update.settings().minimumHealthyPercent()).isEqualTo(20);
    assertThat(update.settings().maximumPercent()).isEqualTo(120);
    assertThat(update.forceNewDeployment()).isFalse();
    assertThat(update.desiredCount()).isNull();
  }

  @Test
  void whatATaskIsStartedWithStartsADeployment() {
    var update =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request("{'service':'s','platformVersion':'2'}"),
            null,
            request("{'platformVersion':'1'}"));
    assertThat(update.forceNewDeployment()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                                | taskDefinition
          {'taskDefinition':'d','count':0}                  | count
          {'taskDefinition':'d','count':11}                 | count
          {'taskDefinition':'d','group':'service:x'}        | group
          {'taskDefinition':'d','propagateTags':'SERVICE'}  | propagateTags
          """)
  void refusesLaunches(String request, String named) {
    assertThatThrownBy(() -> Launches.check(request(request)))
        .isInstanceOf(EcsException.class)
        .hasMessageContaining(named);
  }

  @Test
  void aTokenIsShortAndAscii() {
    assertThat(Rules.clientToken(request("{'clientToken':'ok'}"), 36)).isEqualTo("ok");
    assertThatThrownBy(() -> Rules.clientToken(request("{'clientToken':'é'}"), 36))
        .hasMessageContaining("clientToken");
    assertThatThrownBy(
            () -> Rules.clientToken(Members.NONE.with("clientToken", "x".repeat(65)), 64))
        .hasMessageContaining("clientToken");
  }

  @Test
  void manyTagsAreTooMany() {
    List<Members> tags =
        IntStream.range(0, 51).mapToObj(i -> Members.NONE.with("key", "k" + i)).toList();
    assertThatThrownBy(() -> Tags.of(Members.NONE.with("tags", tags))).hasMessageContaining("tags");
  }
}
