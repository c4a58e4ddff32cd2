package io.longshore.runner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Ids;
import io.longshore.messages.Order;
import io.longshore.messages.RunnerId;
import io.longshore.runner.Tasks;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrdersTest {
  private static final RunnerId ME = new RunnerId(Ids.derive("me"));
  private static final RunnerId OTHER = new RunnerId(Ids.derive("other"));
  private static final Orders AT_SEVEN = new Orders(ME, "a", false, 7);
  private static final Orders FRESH = Orders.begin(ME, "a");

  private record Case(String title, Orders before, Order order, String expected) {}

  @Test
  void everyRule() {
    List<Case> cases =
        List.of(
            new Case("another runner's", AT_SEVEN, stop(OTHER, 8), "passed over"),
            new Case("the successor", AT_SEVEN, stop(ME, 8), "taken at 8"),
            new Case("the same again", AT_SEVEN, stop(ME, 7), "passed over"),
            new Case("an old one", AT_SEVEN, stop(ME, 3), "passed over"),
            new Case("a gap", AT_SEVEN, stop(ME, 9), "registers as before, at 7"),
            new Case("before a manifest", FRESH, stop(ME, 1), "passed over"),
            new Case("first manifest", FRESH, manifest("a", 41), "taken at 41"),
            new Case("first manifest at 0", FRESH, manifest("a", 0), "taken at 0"),
            new Case("another incarnation's", FRESH, manifest("b", 41), "passed over"),
            new Case("a second manifest", AT_SEVEN, manifest("a", 12), "taken at 12"),
            new Case("a repeated manifest", AT_SEVEN, manifest("a", 7), "passed over"),
            new Case("in doubt, next", AT_SEVEN.inDoubt(), stop(ME, 8), "passed over"),
            new Case("in doubt, old manifest", AT_SEVEN.inDoubt(), manifest("a", 6), "passed over"),
            new Case("in doubt, manifest", AT_SEVEN.inDoubt(), manifest("a", 10), "taken at 10"),
            new Case(
                "the scheduler lost me",
                AT_SEVEN,
                new Order.RegisterAgain(ME, "a"),
                "registers anew, at 7"),
            new Case(
                "it lost whom I was",
                AT_SEVEN,
                new Order.RegisterAgain(ME, "before"),
                "passed over"));
    for (Case one : cases) {
      assertThat(words(one.before().take(one.order()))).as(one.title()).isEqualTo(one.expected());
    }
  }

  @Test
  void afterAGapOnlyAManifestCounts() {
    Orders doubt = AT_SEVEN.take(stop(ME, 9)).next();
    assertThat(words(doubt.take(stop(ME, 8)))).isEqualTo("passed over");
    Orders again = doubt.take(manifest("a", 11)).next();
    assertThat(words(again.take(stop(ME, 12)))).isEqualTo("taken at 12");
  }

  private static String words(Orders.Intake intake) {
    return switch (intake) {
      case Orders.PassOver passed -> "passed over";
      case Orders.Take taken -> "taken at " + taken.next().generation();
      case Orders.Register register ->
          "registers %s, at %d"
              .formatted(
                  register.newIncarnation() ? "anew" : "as before", register.next().generation());
    };
  }

  private static Order stop(RunnerId runner, long generation) {
    return new Order.StopTask(runner, generation, Tasks.id("any"), "because");
  }

  private static Order manifest(String incarnation, long generation) {
    return new Order.Manifest(ME, generation, incarnation, List.of(), List.of());
  }
}
