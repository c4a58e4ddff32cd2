package io.longshore.api.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.ContainerSecrets;
import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.Ids;
import io.longshore.messages.Placing;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.ServiceSettings.CircuitBreaker;
import io.longshore.messages.ServiceSettings.Threshold;
import io.longshore.messages.ServiceSettings.ThresholdType;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
          {'serviceName':'s','taskDefinition':'d','schedulingStrategy':'DAEMON','desiredCount':1} | desired count
          {'serviceName':'s','taskDefinition':'d','schedulingStrategy':'DAEMON','placementStrategy':[{'type':'random'}]} | placement strategies
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'placementConstraints':[{'type':'memberOf'}]} | placementConstraints.expression
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'placementConstraints':[{'type':'memberOf','expression':'attribute:a = b'}]} | character 13
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'placementConstraints':[{'type':'near'}]} | placementConstraints.type
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'placementStrategy':[{'type':'binpack','field':'gpu'}]} | placementStrategy.field
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'deploymentController':{'type':'EXTERNAL'}} | deploymentController
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'deploymentConfiguration':{'strategy':'CANARY'}} | strategy
          {'serviceName':'s','taskDefinition':'d','desiredCount':1,'deploymentConfiguration':{'strategy':'LINEAR'}} | strategy
          {'serviceName':'s','taskDefinition':'d','schedulingStrategy':'DAEMON','deploymentConfiguration':{'strategy':'BLUE_GREEN'}} | BLUE_GREEN
          """)
  void refusesServices(String request, String named) {
    assertThatThrownBy(() -> ServiceRules.checkCreate(request(request)))
        .isInstanceOf(EcsException.class)
        .hasMessageContaining(named);
  }

  @Test
  void whatIsSaidOfPlacesTakesEffect() {
    Members request =
        request(
            """
            {'serviceName':'s','schedulingStrategy':'DAEMON','placementConstraints':[
              {'type':'memberOf','expression':'attribute:disk == ssd'}]}
            """);
    var daemon = ServiceRules.create(CLUSTER, request, definition()).settings();
    assertThat(daemon.scheduling().daemon()).isTrue();
    assertThat(daemon.scheduling().rebalanceZones()).isFalse();
    assertThat(daemon.minimumHealthyPercent()).isZero();
    assertThat(daemon.maximumPercent()).isEqualTo(100);
    assertThat(daemon.placing().constraints())
        .containsExactly(
            new Placing.Constraint(Placing.ConstraintType.MEMBER_OF, "attribute:disk == ssd"));
    var update =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request("{'service':'s','placementStrategy':[{'type':'binpack','field':'memory'}]}"),
            null,
            Map.of(),
            request("{'availabilityZoneRebalancing':'ENABLED'}"));
    assertThat(update.forceNewDeployment()).isFalse();
    assertThat(update.settings()).isNotNull();
    assertThat(update.settings().scheduling().rebalanceZones()).isTrue();
    assertThat(update.settings().placing().strategy())
        .containsExactly(new Placing.Strategy(Placing.StrategyType.BINPACK, "MEMORY"));
    assertThatThrownBy(() ->
            ServiceRules.update(
                CLUSTER,
                new ServiceName("s"),
                request("{'service':'s','desiredCount':2}"),
                null,
                Map.of(),
                request("{'schedulingStrategy':'DAEMON'}")))
        .hasMessageContaining("desired count");
  }

  @Test
  void howDeploymentsGoTakesEffect() {
    Members request =
        request(
            """
            {'serviceName':'s','desiredCount':1,
             'deploymentConfiguration':{'strategy':'BLUE_GREEN','bakeTimeInMinutes':%d}}
            """
                .formatted(1440));
    var created = ServiceRules.create(CLUSTER, request, definition());
    assertThat(created.settings().deploying())
        .isEqualTo(new ServiceSettings.Deploying(DeploymentProgress.Strategy.BLUE_GREEN, 1440));
    var update =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request("{'service':'s','deploymentConfiguration':{'strategy':'ROLLING'}}"),
            null,
            Map.of(),
            Members.stored(created.document().text()));
    assertThat(update.settings()).isNotNull();
    assertThat(update.settings().deploying())
        .isEqualTo(new ServiceSettings.Deploying(DeploymentProgress.Strategy.ROLLING, 1440));
    assertThat(update.forceNewDeployment()).isFalse();
    for (int minutes : new int[] {-1, 1441}) {
      assertThatThrownBy(() ->
              ServiceRules.create(
                  CLUSTER,
                  request(
                      "{'serviceName':'s','deploymentConfiguration':{'bakeTimeInMinutes':%d}}"
                          .formatted(minutes)),
                  definition()))
          .hasMessageContaining("bakeTimeInMinutes");
    }
    assertThatThrownBy(() ->
            ServiceRules.update(
                CLUSTER,
                new ServiceName("s"),
                request("{'service':'s','deploymentConfiguration':{'strategy':'BLUE_GREEN'}}"),
                null,
                Map.of(),
                request("{'schedulingStrategy':'DAEMON'}")))
        .hasMessageContaining("BLUE_GREEN");
  }

  private static Described.Definition definition() {
    return new Described.Definition(
        new TaskDefinitionId("d", 1),
        "ACTIVE",
        new TaskSpec(new TaskDefinitionId("d", 1), "bridge", null, null, List.of()),
        Members.NONE,
        Map.of(),
        Instant.EPOCH,
        null,
        null);
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
            Map.of(),
            current);
    assertThat(update.settings()).isNotNull();
    assertThat(update.settings().minimumHealthyPercent()).isEqualTo(20);
    assertThat(update.settings().maximumPercent()).isEqualTo(120);
    assertThat(update.forceNewDeployment()).isFalse();
    assertThat(update.desiredCount()).isNull();
  }

  @Test
  void theCircuitBreakerAndTheGracePeriodTakeEffect() {
    var update =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request(
                "{'service':'s','deploymentConfiguration':{'deploymentCircuitBreaker':{'enable':true,'rollback':true,'thresholdConfiguration':{'type':'COUNT','value':7}}}}"),
            null,
            Map.of(),
            request("{'healthCheckGracePeriodSeconds':30}"));
    assertThat(update.settings()).isNotNull();
    assertThat(update.settings().scheduling().healthCheckGraceSeconds()).isEqualTo(30);
    assertThat(update.settings().circuitBreaker())
        .isEqualTo(new CircuitBreaker(true, true, new Threshold(ThresholdType.COUNT, 7)));
    assertThat(update.forceNewDeployment()).isFalse();
    var countsOn =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request(
                "{'service':'s','deploymentConfiguration':{'deploymentCircuitBreaker':{'enable':true,'resetOnHealthyTask':false}}}"),
            null,
            Map.of(),
            Members.NONE);
    assertThat(countsOn.settings()).isNotNull();
    assertThat(countsOn.settings().circuitBreaker().resetOnHealthyTask()).isFalse();

    var grace =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request("{'service':'s','healthCheckGracePeriodSeconds':5}"),
            null,
            Map.of(),
            request("{'deploymentConfiguration':{'minimumHealthyPercent':20}}"));
    assertThat(grace.settings()).isNotNull();
    assertThat(grace.settings().scheduling().healthCheckGraceSeconds()).isEqualTo(5);
    assertThat(grace.settings().minimumHealthyPercent()).isEqualTo(20);
    assertThat(grace.settings().circuitBreaker()).isEqualTo(CircuitBreaker.OFF);
  }

  @Test
  void whatATaskIsStartedWithStartsADeployment() {
    var update =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request("{'service':'s','platformVersion':'2'}"),
            null,
            Map.of(),
            request("{'platformVersion':'1'}"));
    assertThat(update.forceNewDeployment()).isTrue();
  }

  @Test
  void tasksGetTheTagsThatTheServiceIsToldToPassOn() {
    var update =
        ServiceRules.update(
            CLUSTER,
            new ServiceName("s"),
            request("{'service':'s','propagateTags':'TASK_DEFINITION'}"),
            null,
            Map.of("team", "blue"),
            request("{'enableECSManagedTags':true,'propagateTags':'NONE'}"));
    assertThat(update.settings()).isNotNull();
    assertThat(update.settings().tagging())
        .isEqualTo(new ServiceSettings.Tagging(true, false, Map.of("team", "blue")));
    assertThat(update.forceNewDeployment()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'launchType':'EC2','capacityProviderStrategy':[{'capacityProvider':'a'}]}            | Specifying both
          {'capacityProviderStrategy':[{'weight':1}]}                                           | capacityProvider
          {'capacityProviderStrategy':[{'capacityProvider':'a','weight':1001}]}                 | weight
          {'capacityProviderStrategy':[{'capacityProvider':'a','base':-1}]}                     | base
          {'capacityProviderStrategy':[{'capacityProvider':'a'},{'capacityProvider':'b'}]}      | weight
          {'capacityProviderStrategy':[{'capacityProvider':'a'},{'capacityProvider':'a'}]}      | twice
          {'capacityProviderStrategy':[{'capacityProvider':'a','base':1},{'capacityProvider':'b','base':1,'weight':1}]} | base
          {'capacityProviderStrategy':[{'capacityProvider':'FARGATE','weight':1},{'capacityProvider':'b'}]}             | Fargate
          """)
  void refusesStrategies(String request, String named) {
    assertThatThrownBy(() -> Strategies.check(request(request)))
        .isInstanceOf(EcsException.class)
        .hasMessageContaining(named);
  }

  @Test
  void aCallThatSaysNothingGetsTheStrategyOfItsCluster() {
    Members cluster =
        request(
            "{'capacityProviders':['pool'],'defaultCapacityProviderStrategy':[{'capacityProvider':'pool'}]}");
    assertThat(Strategies.applied(Members.NONE, cluster).objects("capacityProviderStrategy"))
        .hasSize(1);
    Members launchType = request("{'launchType':'EC2'}");
    assertThat(Strategies.applied(launchType, cluster)).isEqualTo(launchType);
    assertThatThrownBy(() ->
            Strategies.applied(
                request("{'capacityProviderStrategy':[{'capacityProvider':'FARGATE'}]}"), cluster))
        .hasMessageContaining("not associated with the cluster");
  }

  @Test
  void aTaskShowsTheProviderItWasTold() {
    Members document =
        request(
            "{'capacityProviderStrategy':[{'capacityProvider':'FARGATE','weight':3},{'capacityProvider':'FARGATE_SPOT','weight':0}],'capacityProviderName':'FARGATE_SPOT'}");
    assertThat(Strategies.shown(document, new TaskId(Ids.derive("task"))))
        .isEqualTo(
            Members.NONE
                .with("launchType", "FARGATE")
                .with("capacityProviderName", "FARGATE_SPOT"));
  }

  @Test
  void tasksAreDrawnByWeight() {
    Members document =
        request(
            "{'capacityProviderStrategy':[{'capacityProvider':'FARGATE','weight':3},{'capacityProvider':'FARGATE_SPOT','weight':1}]}");
    long spot =
        IntStream.range(0, 1000)
            .mapToObj(i -> Strategies.shown(document, new TaskId(Ids.derive("task", "" + i))))
            .filter(shown -> shown.text("capacityProviderName", "").equals("FARGATE_SPOT"))
            .count();
    assertThat(spot).isBetween(200L, 300L);
  }

  @Test
  void anAccountSettingHoldsForThePrincipalElseForTheAccount() {
    AccountSettings settings = new AccountSettings(NAMES.arns());
    String user = "arn:aws:iam::000000000000:user/me";
    List<Described.AccountSetting> stored =
        List.of(
            new Described.AccountSetting("containerInsights", settings.root(), "enabled"),
            new Described.AccountSetting("fargateFIPSMode", user, "enabled"));
    assertThat(settings.effective("containerInsights", user, stored).value()).isEqualTo("enabled");
    assertThat(settings.effective("taskLongArnFormat", user, stored).value()).isEqualTo("enabled");
    Members mine = request("{'principalArn':'" + user + "'}");
    assertThat(settings.listed(mine, stored))
        .extracting(Described.AccountSetting::name)
        .containsExactly("fargateFIPSMode");
    assertThat(settings.listed(mine.with("effectiveSettings", true), stored)).hasSize(11);
    assertThatThrownBy(
            () -> settings.given(request("{'name':'taskLongArnFormat','value':'disabled'}"), user))
        .hasMessageContaining("taskLongArnFormat");
    assertThatThrownBy(() -> settings.principal(request("{'principalArn':'arn:aws:iam::1:root'}")))
        .hasMessageContaining("principalArn");
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

  private static Command.RunTask run(String overrides) {
    Command.RegisterTaskDefinition registered =
        TaskDefinitions.register(
            request(
                "{'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'secrets':[{'name':'S','valueFrom':'s'}],'environmentFiles':[{'type':'s3','value':'arn:aws:s3:::bucket/a.env'}]}]}"));
    Described.Definition definition =
        new Described.Definition(
            registered.spec().definition(),
            "ACTIVE",
            registered.spec(),
            Members.NONE,
            Map.of(),
            Instant.EPOCH,
            null,
            null);
    return Launches.run(
        CLUSTER,
        request(
            "{'taskDefinition':'f','overrides':{'containerOverrides':[%s]}}".formatted(overrides)),
        definition);
  }

  @Test
  void filesOfACallTakeThePlaceOfTheDefinitionsAndSecretsStay() {
    ContainerSecrets secrets =
        run("{'name':'a','environmentFiles':[{'type':'s3','value':'file:///b.env'}]}")
            .spec()
            .containers()
            .getFirst()
            .secrets();
    assertThat(secrets.environmentFiles()).containsExactly("file:///b.env");
    assertThat(secrets.environment()).hasSize(1);
    assertThat(run("{'name':'a'}").spec().containers().getFirst().secrets().environmentFiles())
        .containsExactly("arn:aws:s3:::bucket/a.env");
  }

  @Test
  void aCallSetsNoVariableThatIsASecretAndNamesNoOtherFiles() {
    assertThatThrownBy(() -> run("{'name':'a','environment':[{'name':'S','value':'1'}]}"))
        .isInstanceOf(EcsException.class)
        .hasMessageContaining("such as 'S'");
    assertThatThrownBy(
            () -> run("{'name':'a','environmentFiles':[{'type':'s3','value':'/etc/passwd'}]}"))
        .isInstanceOf(EcsException.class)
        .hasMessageContaining("environmentFiles.value");
  }
}
