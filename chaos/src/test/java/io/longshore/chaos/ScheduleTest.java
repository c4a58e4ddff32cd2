package io.longshore.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.Schedule.Fleet;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final Set<Means> EVERYTHING = EnumSet.allOf(Means.class);
  private static final Fleet FLEET = new Fleet(2, 2, 3, EVERYTHING);
  private static final Duration LONG = Duration.ofMinutes(30);

  @Test
  void theSameSeedHasTheSameFaults() {
    assertThat(Schedule.draw(7, LONG, FLEET)).isEqualTo(Schedule.draw(7, LONG, FLEET));
    assertThat(Schedule.draw(7, LONG, FLEET)).isNotEqualTo(Schedule.draw(8, LONG, FLEET));
  }

  @Test
  void everyKindComesAndSomeOverlap() {
    List<Fault> faults = Schedule.draw(1, LONG, FLEET).faults();

    assertThat(
            faults.stream()
                .map(fault -> fault.trouble().getClass().getSimpleName())
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            Stream.of(Trouble.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .toArray(String[]::new));
    assertThat(
            faults.stream()
                .filter(fault -> fault.trouble() instanceof Trouble.Disturb)
                .map(fault -> ((Trouble.Disturb) fault.trouble()).backend())
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Member.Backend.values());
    assertThat(faults).anyMatch(fault -> overlaps(fault, faults));
  }

  @Test
  void theShortRunOfTheSystemTestsHasEveryKind() {
    assertThat(
            Schedule.draw(897, Duration.ofSeconds(60), new Fleet(2, 1, 2, EVERYTHING))
                .faults()
                .stream()
                .map(fault -> fault.trouble().getClass().getSimpleName())
                .collect(Collectors.toSet()))
        .hasSameSizeAs(Trouble.class.getPermittedSubclasses());
  }

  private static boolean overlaps(Fault fault, List<Fault> all) {
    return all.stream()
        .anyMatch(
            other -> other.number() > fault.number() && other.from().compareTo(fault.until()) < 0);
  }

  @Test
  void nothingHasTwoTroublesAtOnceAndAllAreMendedInTime() {
    for (long seed = 0; seed < 200; seed++) {
      Map<String, Duration> busy = new HashMap<>();
      for (Fault fault : Schedule.draw(seed, Duration.ofMinutes(5), FLEET).faults()) {
        String subject = fault.trouble().subject();
        if (fault.trouble() instanceof Trouble.DisturbAll) {
          // Whatever was going on is over, and nothing else begins before this is.
          assertThat(busy.values()).allMatch(until -> until.compareTo(fault.from()) < 0);
        }
        assertThat(fault.from()).isGreaterThan(busy.getOrDefault("everything", Duration.ZERO));
        assertThat(fault.from()).isGreaterThan(busy.getOrDefault(subject, Duration.ZERO));
        assertThat(fault.until()).isBetween(fault.from(), Duration.ofMinutes(5));
        busy.put(subject, fault.until());
      }
    }
  }

  @Test
  void whatThereIsNotIsNotDisturbed() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(Schedule.draw(seed, LONG, new Fleet(1, 1, 1, Set.of())).faults())
          .noneMatch(fault -> fault.trouble() instanceof Trouble.KillContainers)
          .noneMatch(fault -> fault.trouble() instanceof Trouble.Isolate)
          .noneMatch(fault -> fault.trouble() instanceof Trouble.FillDisk)
          .noneMatch(fault ->
              fault.trouble() instanceof Trouble.Disturb disturb
                  && disturb.backend() == Member.Backend.ENGINE);
    }
  }
}
