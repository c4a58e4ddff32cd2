package io.longshore.api.core;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A refusal as people and scripts read it: RFC 9457, "Problem Details for HTTP APIs".
 *
 * @param type ECS's word for it, or the protocol's own
 * @param status 400 to 599, of HTTP
 * @param member the path of the member that is to blame
 * @param resourceIds existing resources that are in the way
 */
public record Problem(
    String type, int status, String detail, @Nullable String member, List<String> resourceIds) {

  public static Problem of(EcsException refusal) {
    return new Problem(
        refusal.type(), status(refusal), refusal.text(), refusal.member(), refusal.resourceIds());
  }

  /** ECS answers nearly everything with 400; HTTP has a word for most of it. */
  private static int status(EcsException refusal) {
    if (refusal.isMissing()) {
      return 404;
    }
    return switch (refusal.type()) {
      case "AccessDeniedException" -> 403;
      case "ConflictException",
          "ServiceNotActiveException",
          "ResourceInUseException",
          "UpdateInProgressException",
          "DuplicateLoadBalancerName",
          "DuplicateTargetGroupName",
          "DuplicateListener",
          "PriorityInUse",
          "ResourceInUse",
          "OperationNotPermitted" ->
          409;
      case "PreconditionFailedException" -> 412;
      case "ThrottlingException" -> 429;
      case "UnsupportedFeatureException", "InvalidConfigurationRequest" -> 501;
      // All of them are passing troubles on our side.
      case "ServerException" -> 503;
      default -> refusal.type().startsWith("ClusterContains") ? 409 : refusal.status();
    };
  }

  /** Whether the same request may succeed a moment later. */
  public boolean isPassing() {
    return status == 429 || status == 503;
  }

  /**
   * The members of {@code application/problem+json}.
   *
   * @param requestId a UUID
   */
  public Members members(String requestId) {
    Members members =
        Members.NONE
            .with("type", "urn:longshore:problem:" + type)
            .with("title", title())
            .with("status", status)
            .with("detail", detail)
            .with("instance", "urn:uuid:" + requestId)
            .with("member", member);
    return resourceIds.isEmpty() ? members : members.with("resourceIds", resourceIds);
  }

  /** {@code ClusterNotFoundException} is "Cluster not found". */
  private String title() {
    String words =
        type.replaceFirst("Exception$", "")
            .replaceAll("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ");
    return words.substring(0, 1) + words.substring(1).toLowerCase(Locale.ROOT);
  }
}
