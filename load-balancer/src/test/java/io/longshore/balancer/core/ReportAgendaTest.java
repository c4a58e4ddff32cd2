package io.longshore.balancer.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Report;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.ServiceName;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** On virtual time. */
class ReportAgendaTest {
  private final ReportAgenda agenda = new ReportAgenda();
  private final TreeMap<String, Report.OfBalancer> seen = new TreeMap<>();
  private Instant now = Instant.parse("2026-11-28T00:00:00Z");

  private void see(String service, TargetState state) {
    Report.SeenTarget target = new Report.SeenTarget("arn:g", null, "h", 80, state, null, "");
    seen.put(
        service,
        new Report.ServiceTargetsSeen(
            new ClusterName("default"), new ServiceName(service), "this", List.of(target)));
  }

  private void tellFirst() {
    see("a", TargetState.INITIAL);
    see("b", TargetState.INITIAL);
    agenda.changed(now);
    assertThat(agenda.due(seen, now)).containsOnlyKeys("a", "b");
  }

  @Test
  void beforeThereAreRoutesNothingIsTold() {
    assertThat(agenda.next()).isEqualTo(Instant.MAX);
  }

  @Test
  void whatIsReadFirstIsToldAtOnce() {
    agenda.changed(now);
    assertThat(agenda.next()).isEqualTo(now);
  }

  @Test
  void whatDiffersIsToldAMomentLaterAndTheRestIsNot() {
    tellFirst();
    now = now.plusSeconds(1);
    see("b", TargetState.HEALTHY);
    agenda.changed(now);
    Instant due = agenda.next();
    assertThat(due).isEqualTo(now.plus(ReportAgenda.GATHER));
    // What comes meanwhile puts nothing off.
    agenda.changed(now.plusMillis(20));
    assertThat(agenda.next()).isEqualTo(due);
    assertThat(agenda.due(seen, due)).containsOnlyKeys("b");
    agenda.changed(due);
    assertThat(agenda.due(seen, agenda.next())).isEmpty();
  }

  @Test
  void whatChangesAndChangesBackIsNotTold() {
    tellFirst();
    see("b", TargetState.UNHEALTHY);
    agenda.changed(now);
    see("b", TargetState.INITIAL);
    agenda.changed(now);
    assertThat(agenda.due(seen, agenda.next())).isEmpty();
  }

  @Test
  void allIsToldAtEachBeat() {
    tellFirst();
    for (int i = 0; i < 3; i++) {
      assertThat(agenda.next()).isEqualTo(now.plus(Report.BALANCER_BEAT));
      now = agenda.next();
      assertThat(agenda.due(seen, now)).containsOnlyKeys("a", "b");
    }
  }

  @Test
  void changesDoNotPutTheBeatOff() {
    tellFirst();
    Instant beat = agenda.next();
    agenda.changed(beat.minusMillis(1));
    assertThat(agenda.next()).isEqualTo(beat);
    assertThat(agenda.due(seen, beat)).containsOnlyKeys("a", "b");
    assertThat(agenda.next()).isEqualTo(beat.plus(Report.BALANCER_BEAT));
  }

  @Test
  void ofARouteThatIsGoneNothingIsToldAndItIsNewWhenItComesBack() {
    tellFirst();
    Report.OfBalancer gone = seen.remove("b");
    assertThat(gone).isNotNull();
    agenda.changed(now);
    assertThat(agenda.due(seen, agenda.next())).isEmpty();
    see("b", TargetState.INITIAL);
    agenda.changed(now);
    assertThat(agenda.due(seen, agenda.next())).containsOnlyKeys("b");
  }
}
