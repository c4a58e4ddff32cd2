package io.longshore.balancer.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.balancer.Routes;
import io.longshore.messages.Route;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ChoiceTest {
  private static final Instant NOW = Instant.parse("2026-11-28T00:00:00Z");
  private final RandomGenerator random = new SplittableRandom(7);

  private static GroupView view(int targets, Map<String, String> attributes) {
    List<Target> all = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      all.add(new Target(new TargetKey(Routes.GROUP, "task" + i, "127.0.0.1", 8000 + i)));
    }
    return new GroupView(
        Routes.group(Routes.GROUP, attributes),
        GroupAttributes.of(attributes),
        all,
        new AtomicInteger());
  }

  private Map<Target, Integer> spread(GroupView group, int requests, Instant now) {
    Map<Target, Integer> counts = new HashMap<>();
    for (int i = 0; i < requests; i++) {
      counts.merge(
          Objects.requireNonNull(Choice.pick(group, Set.of(), now, random)), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void roundRobinGivesEachTheSame() {
    assertThat(spread(view(7, Map.of()), 700, NOW).values()).hasSize(7).containsOnly(100);
  }

  @Test
  void aCounterThatOverflowsGoesOn() {
    GroupView group = view(3, Map.of());
    group.turn().set(Integer.MAX_VALUE - 1);
    assertThat(spread(group, 300, NOW)).hasSize(3);
  }

  @Test
  void weightedRandomGivesEachAboutTheSame() {
    GroupView group = view(4, Map.of("load_balancing.algorithm.type", "weighted_random"));
    assertThat(spread(group, 40_000, NOW).values())
        .hasSize(4)
        .allSatisfy(count -> assertThat(count).isBetween(9_600, 10_400));
  }

  @Test
  void leastOutstandingPrefersWhoHasLeast() {
    GroupView group =
        view(3, Map.of("load_balancing.algorithm.type", "least_outstanding_requests"));
    group.eligible().get(0).begun();
    group.eligible().get(2).begun();
    assertThat(spread(group, 10, NOW)).containsOnlyKeys(group.eligible().get(1));
  }

  @Test
  void whoWasTriedOrCouldNotBeReachedComesLast() {
    GroupView group = view(3, Map.of());
    Target first = group.eligible().get(0);
    Target second = group.eligible().get(1);
    Target third = group.eligible().get(2);
    second.unreachable(NOW);
    for (int i = 0; i < 3; i++) {
      assertThat(Choice.pick(group, Set.of(first), NOW, random)).isSameAs(third);
      assertThat(Choice.pick(group, Set.of(first, third), NOW, random)).isSameAs(second);
    }
    assertThat(spread(group, 9, NOW)).doesNotContainKey(second);
    assertThat(spread(group, 9, NOW.plusSeconds(2))).containsKey(second);
    assertThat(Choice.pick(group, Set.copyOf(group.eligible()), NOW, random)).isNotNull();
  }

  @Test
  void whoHasJustBecomeHealthyGetsItsShareSlowly() {
    GroupView group = view(2, Map.of("slow_start.duration_seconds", "100"));
    Target young = group.eligible().get(1);
    young.healthySince(NOW);
    assertThat(spread(group, 10_000, NOW.plusSeconds(1)).getOrDefault(young, 0)).isLessThan(200);
    assertThat(spread(group, 10_000, NOW.plusSeconds(50)).get(young)).isBetween(2_300, 2_700);
    assertThat(spread(group, 10_000, NOW.plusSeconds(100)).get(young)).isEqualTo(5_000);
  }

  @Test
  void whenAllAreYoungTheyShareEqually() {
    GroupView group = view(2, Map.of("slow_start.duration_seconds", "100"));
    group.eligible().forEach(target -> target.healthySince(NOW));
    assertThat(spread(group, 1_000, NOW.plusSeconds(1)).values()).containsOnly(500);
  }

  @Test
  void aSourceKeepsItsTargetInEveryProcessAndMostWhenOneGoes() {
    GroupView here = view(5, Map.of());
    GroupView there = view(5, Map.of());
    GroupView fewer = view(4, Map.of());
    int moved = 0;
    for (int i = 0; i < 250; i++) {
      InetAddress client = InetAddress.ofLiteral("10.0.0." + i);
      Target one = Objects.requireNonNull(Choice.bySource(here, client, null, Set.of(), NOW));
      Target other = Objects.requireNonNull(Choice.bySource(there, client, null, Set.of(), NOW));
      Target then = Objects.requireNonNull(Choice.bySource(fewer, client, null, Set.of(), NOW));
      assertThat(one.key()).isEqualTo(other.key());
      moved += one.key().equals(then.key()) ? 0 : 1;
      assertThat(one.key().equals(then.key()) || one.key().origin().equals("task4")).isTrue();
    }
    assertThat(moved).isBetween(25, 80);
  }

  @Test
  void aCookieNamesItsTargetInEveryProcessUntilItsTimeIsOver() {
    GroupView here = view(3, Map.of());
    GroupView there = view(3, Map.of());
    List<String> set = StickyCookie.of(here.eligible().get(1), Duration.ofSeconds(60), true, NOW);
    assertThat(set).hasSize(2);
    assertThat(set.getFirst())
        .startsWith("AWSALB=")
        .endsWith("; Expires=Sat, 28 Nov 2026 00:01:00 GMT; Path=/");
    assertThat(set.getLast()).startsWith("AWSALBCORS=").endsWith("; SameSite=None; Secure");
    String pair = set.getFirst().substring(0, set.getFirst().indexOf(';'));
    List<Field> sent = List.of(new Field("cookie", "a=b; " + pair));
    assertThat(StickyCookie.target(sent, there, NOW)).isSameAs(there.eligible().get(1));
    assertThat(StickyCookie.target(sent, there, NOW.plusSeconds(60))).isNull();
    assertThat(StickyCookie.target(sent, view(1, Map.of()), NOW)).isNull();
    for (String bad :
        new String[] {"AWSALB=", "AWSALB=x", "AWSALB=x.!", "AWSALB=.", "AWSALBX=1.1"}) {
      assertThat(StickyCookie.target(List.of(new Field("Cookie", bad)), there, NOW)).isNull();
    }
  }

  @Test
  void groupsGetRequestsByWeightAndKeepTheirClients() {
    Route.Action.Forward forward =
        new Route.Action.Forward(
            List.of(
                new Route.Action.WeightedGroup("blue", 900),
                new Route.Action.WeightedGroup("green", 100),
                new Route.Action.WeightedGroup("none", 0)),
            60);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      counts.merge(
          Objects.requireNonNull(GroupChoice.pick(forward, List.of(), NOW, random)),
          1,
          Integer::sum);
    }
    assertThat(counts).containsOnlyKeys("blue", "green");
    assertThat(counts.get("green")).isBetween(900, 1_100);
    String cookie = StickyCookie.of("green", Duration.ofSeconds(60), false, NOW).getFirst();
    List<Field> sent = List.of(new Field("Cookie", cookie.substring(0, cookie.indexOf(';'))));
    for (int i = 0; i < 100; i++) {
      assertThat(GroupChoice.pick(forward, sent, NOW, random)).isEqualTo("green");
    }
    Route.Action.Forward nowhere =
        new Route.Action.Forward(List.of(new Route.Action.WeightedGroup("blue", 0)), null);
    assertThat(GroupChoice.pick(nowhere, List.of(), NOW, random)).isNull();
  }

  @Test
  void whenAllAreUnhealthyAllGetTraffic() {
    Target one = new Target(new TargetKey(Routes.GROUP, "1", "h", 1));
    Target two = new Target(new TargetKey(Routes.GROUP, "2", "h", 2));
    GroupView.Seen unhealthy = new GroupView.Seen(one, TargetHealth.State.UNHEALTHY);
    assertThat(
            GroupView.eligible(
                List.of(unhealthy, new GroupView.Seen(two, TargetHealth.State.HEALTHY))))
        .containsExactly(two);
    assertThat(
            GroupView.eligible(
                List.of(unhealthy, new GroupView.Seen(two, TargetHealth.State.DRAINING))))
        .containsExactly(one);
    assertThat(GroupView.eligible(List.of(new GroupView.Seen(two, TargetHealth.State.INITIAL))))
        .isEmpty();
  }
}
