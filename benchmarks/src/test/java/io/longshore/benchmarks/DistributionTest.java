package io.longshore.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Figures that are published should be right. */
class DistributionTest {

  @Test
  void percentilesAreSamplesByNearestRank() {
    List<Long> samples = new ArrayList<>(LongStream.rangeClosed(1, 100).boxed().toList());
    Collections.shuffle(samples, new java.util.Random(1));
    Distribution distribution = Distribution.of(samples);
    assertThat(distribution.median()).isEqualTo(50);
    assertThat(distribution.percentile(90)).isEqualTo(90);
    assertThat(distribution.percentile(99)).isEqualTo(99);
    assertThat(distribution.percentile(100)).isEqualTo(100);
  }

  @Test
  void oneSampleIsEveryPercentile() {
    Distribution distribution = Distribution.of(List.of(7L));
    assertThat(distribution.percentile(0.1)).isEqualTo(7);
    assertThat(distribution.percentile(100)).isEqualTo(7);
  }

  @Test
  void aLineIsInMillisecondsAndBelowItsHeader() {
    String line = Distribution.of(List.of(1_500_000L, -2_000_000L)).line("call");
    assertThat(line).contains("-2.0").contains("1.5").hasSameSizeAs(Distribution.header());
  }

  @Test
  void nothingMeasuredIsNoFigure() {
    assertThatThrownBy(() -> Distribution.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unknownOptionsAreRefusedByName() {
    assertThat(Arguments.parse(List.of("--calls", "5"), Set.of("calls")).number("calls", 1))
        .isEqualTo(5);
    assertThatThrownBy(() -> Arguments.parse(List.of("--cals", "5"), Set.of("calls")))
        .hasMessageContaining("--cals")
        .hasMessageContaining("--calls");
    assertThatThrownBy(() -> Arguments.parse(List.of("--calls"), Set.of("calls")))
        .hasMessageContaining("--calls");
  }
}
