package io.longshore.messages;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler made of a command, on {@link Topics#REPLIES}, keyed by the api instance that
 * waits. It is sent after the command's effect is committed: who reads the database after a reply
 * sees the effect.
 */
public record Reply(String correlationId, Outcome outcome) {

  /** What became of a command. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Accepted.class, name = "Accepted"),
    @JsonSubTypes.Type(value = Rejected.class, name = "Rejected"),
  })
  public sealed interface Outcome {}

  /**
   * Done and durable.
   *
   * @param ids what was made or changed: task ids, the uid of a service, {@code family:revision},
   *     the name of a cluster
   * @param failures items of the call that came to nothing, such as tasks that found no place;
   *     their {@code arn} is the bare id of a runner or a task
   * @param until when a protection that was asked for ends, or has ended; null for none
   */
  public record Accepted(List<String> ids, List<Failure> failures, @Nullable Instant until)
      implements Outcome {
    public Accepted(List<String> ids, List<Failure> failures) {
      this(ids, failures, null);
    }

    public static Accepted of(String id) {
      return new Accepted(List.of(id), List.of());
    }
  }

  /**
   * Nothing changed.
   *
   * @param resourceIds the existing resources, for {@link ErrorType#CONFLICT}
   */
  public record Rejected(ErrorType error, String message, List<String> resourceIds)
      implements Outcome {
    public static Rejected of(ErrorType error, String message) {
      return new Rejected(error, message, List.of());
    }
  }

  /**
   * Trouble with one item that is not an error of the call (ECS {@code Failure}).
   *
   * @param reason in ECS's words, e.g. {@code RESOURCE:MEMORY}
   */
  public record Failure(@Nullable String arn, String reason, @Nullable String detail) {}

  /** ECS's exceptions, and ELB's, a decision can end in; on the wire it is {@link #wireName()}. */
  public enum ErrorType {
    CLUSTER_NOT_FOUND("ClusterNotFoundException"),
    CLUSTER_CONTAINS_CONTAINER_INSTANCES("ClusterContainsContainerInstancesException"),
    CLUSTER_CONTAINS_SERVICES("ClusterContainsServicesException"),
    CLUSTER_CONTAINS_TASKS("ClusterContainsTasksException"),
    SERVICE_NOT_FOUND("ServiceNotFoundException"),
    SERVICE_NOT_ACTIVE("ServiceNotActiveException"),
    SERVICE_DEPLOYMENT_NOT_FOUND("ServiceDeploymentNotFoundException"),
    RESOURCE_NOT_FOUND("ResourceNotFoundException"),
    RESOURCE_IN_USE("ResourceInUseException"),
    INVALID_PARAMETER("InvalidParameterException"),
    CLIENT("ClientException"),
    CONFLICT("ConflictException"),
    LIMIT_EXCEEDED("LimitExceededException"),
    TARGET_NOT_FOUND("TargetNotFoundException"),
    ATTRIBUTE_LIMIT_EXCEEDED("AttributeLimitExceededException"),
    /** None of ECS's: only who gives an expected version can meet it. */
    PRECONDITION_FAILED("PreconditionFailedException"),
    LOAD_BALANCER_NOT_FOUND("LoadBalancerNotFound"),
    TARGET_GROUP_NOT_FOUND("TargetGroupNotFound"),
    LISTENER_NOT_FOUND("ListenerNotFound"),
    RULE_NOT_FOUND("RuleNotFound"),
    DUPLICATE_LOAD_BALANCER_NAME("DuplicateLoadBalancerName"),
    DUPLICATE_TARGET_GROUP_NAME("DuplicateTargetGroupName"),
    DUPLICATE_LISTENER("DuplicateListener"),
    PRIORITY_IN_USE("PriorityInUse"),
    /** ELB's, unlike {@link #RESOURCE_IN_USE}. */
    IN_USE("ResourceInUse"),
    OPERATION_NOT_PERMITTED("OperationNotPermitted"),
    INVALID_CONFIGURATION_REQUEST("InvalidConfigurationRequest"),
    INCOMPATIBLE_PROTOCOLS("IncompatibleProtocols"),
    TARGET_GROUP_ASSOCIATION_LIMIT("TargetGroupAssociationLimit"),
    TOO_MANY_LOAD_BALANCERS("TooManyLoadBalancers"),
    TOO_MANY_TARGET_GROUPS("TooManyTargetGroups"),
    TOO_MANY_LISTENERS("TooManyListeners"),
    TOO_MANY_RULES("TooManyRules"),
    TOO_MANY_TARGETS("TooManyTargets"),
    TOO_MANY_CERTIFICATES("TooManyCertificates"),
    TOO_MANY_TAGS("TooManyTags"),
    SERVER("ServerException");

    private final String wireName;

    ErrorType(String wireName) {
      this.wireName = wireName;
    }

    public String wireName() {
      return wireName;
    }
  }
}
