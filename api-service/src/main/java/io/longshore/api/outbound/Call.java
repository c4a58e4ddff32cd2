package io.longshore.api.outbound;

import io.longshore.messages.Ids;
import org.jspecify.annotations.Nullable;

/**
 * One call of a client, as far as what follows from it has to know.
 *
 * @param invocationId the SDK's {@code amz-sdk-invocation-id}, the same for each of its attempts
 * @param fingerprint of the members, without the client token
 * @param traceparent W3C trace context
 * @param expectedVersion of what the call changes; null for any
 */
public record Call(
    String operation,
    @Nullable String invocationId,
    String fingerprint,
    String traceparent,
    @Nullable Long expectedVersion) {

  /** A call that changes its resource whatever its version, as all of ECS's do. */
  public Call(
      String operation, @Nullable String invocationId, String fingerprint, String traceparent) {
    this(operation, invocationId, fingerprint, traceparent, null);
  }

  /**
   * The call as far as it is about one of several things: a command for each needs an answer of its
   * own.
   */
  public Call about(String thing) {
    return new Call(operation, invocationId, Ids.derive(fingerprint, thing), traceparent);
  }

  /**
   * Bounded whatever the client sent. Operation and members are part of it: a client that uses one
   * id for two different calls gets two effects rather than the answer to the other call.
   */
  @Nullable String invocationKey() {
    return invocationId == null
        ? null
        : "invocation/" + Ids.derive(operation, invocationId, fingerprint);
  }
}
