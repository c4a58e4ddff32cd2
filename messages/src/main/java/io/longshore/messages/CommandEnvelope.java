package io.longshore.messages;

import org.jspecify.annotations.Nullable;

/**
 * A command and how to answer it.
 *
 * @param correlationId of this attempt; the {@link Reply} carries it
 * @param replyTo the api instance that waits
 * @param invocationKey the same for every attempt at one call: the client's {@code
 *     amz-sdk-invocation-id} with the operation; the answer to the first attempt is given to the
 *     later ones. Null when the client sent none
 * @param clientToken ECS's idempotency token, with the operation and the cluster; null when there
 *     is none
 * @param fingerprint of the call's members: the same token with another fingerprint is a conflict
 * @param expectedVersion the version that the service, cluster or capacity provider which the
 *     command changes must have, counted in commands that changed it; another one is refused with
 *     {@link Reply.ErrorType#PRECONDITION_FAILED}. Null when any will do
 */
public record CommandEnvelope(
    String correlationId,
    String replyTo,
    @Nullable String invocationKey,
    @Nullable String clientToken,
    String fingerprint,
    Command command,
    @Nullable Long expectedVersion) {
  /** Of a command that is decided whatever the version. */
  public CommandEnvelope(
      String correlationId,
      String replyTo,
      @Nullable String invocationKey,
      @Nullable String clientToken,
      String fingerprint,
      Command command) {
    this(correlationId, replyTo, invocationKey, clientToken, fingerprint, command, null);
  }
}
