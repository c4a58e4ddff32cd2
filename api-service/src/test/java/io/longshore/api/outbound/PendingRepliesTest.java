package io.longshore.api.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.api.core.EcsException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class PendingRepliesTest {
  @Test
  void moreThanMayWaitAreToldSoAtOnceAndLaterOnesMayWaitAgain() {
    PendingReplies replies = new PendingReplies(2, new SimpleMeterRegistry());
    assertThat(replies.expect("a")).isNotDone();
    assertThat(replies.expect("b")).isNotDone();
    for (int i = 0; i < 10_000; i++) {
      assertThatThrownBy(() -> replies.expect("c"))
          .isInstanceOfSatisfying(
              EcsException.class, e -> assertThat(e.type()).isEqualTo("ThrottlingException"));
      // As everybody does whose call did not work out.
      replies.forget("c");
    }
    replies.forget("a");
    assertThat(replies.expect("d")).isNotDone();
    assertThatThrownBy(() -> replies.expect("e")).isInstanceOf(EcsException.class);
  }
}
