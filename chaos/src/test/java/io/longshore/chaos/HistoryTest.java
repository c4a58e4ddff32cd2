package io.longshore.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.History.Task;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryTest {
  @ParameterizedTest
  @CsvSource({
    "RUNNING, false, true",
    "RUNNING, true,  false",
    "STOPPED, false, true",
    "STOPPED, true,  true",
    "PENDING, false, false",
    "STOPPING, true, false"
  })
  void aJobIsAtRestWhenItIsOverAndAServicesTaskWhenItRunsToo(
      String lastStatus, boolean job, boolean atRest) {
    assertThat(new Task("arn", lastStatus, 1, job).isAtRest()).isEqualTo(atRest);
  }
}
