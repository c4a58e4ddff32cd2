package io.longshore.api.core;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A call is refused, in ECS's words or ELB's. It carries no stack trace: a refusal is an answer,
 * not a fault.
 */
public final class EcsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** ELB's words for it have no exception at their end. */
  private static final Pattern NOT_FOUND = Pattern.compile("NotFound(Exception)?$");

  private final String type;
  private final int status;
  private final transient List<String> resourceIds;
  private final @Nullable String member;
  private final boolean missing;

  /**
   * @param type the exception's name in the ECS model, or one of the protocol's own
   * @param status 400 to 599
   * @param resourceIds existing resources a ConflictException points to
   */
  public EcsException(String type, int status, String message, List<String> resourceIds) {
    this(type, status, message, resourceIds, null, NOT_FOUND.matcher(type).find());
  }

  private EcsException(
      String type,
      int status,
      @Nullable String message,
      List<String> resourceIds,
      @Nullable String member,
      boolean missing) {
    super(message, null, false, false);
    this.type = type;
    this.status = status;
    this.resourceIds = resourceIds;
    this.member = member;
    this.missing = missing;
  }

  public static EcsException of(String type, String message) {
    return new EcsException(type, 400, message, List.of());
  }

  /** What was named is not there, though ECS's word for it says nothing of that. */
  public static EcsException missing(String type, String message) {
    return new EcsException(type, 400, message, List.of(), null, true);
  }

  public static EcsException invalid(String message) {
    return of("InvalidParameterException", message);
  }

  public static EcsException client(String message) {
    return of("ClientException", message);
  }

  public static EcsException unsupported(String message) {
    return of("UnsupportedFeatureException", message);
  }

  public static EcsException serialization(String message) {
    return of("SerializationException", message);
  }

  /** The same with other existing resources to point to. */
  public EcsException pointingTo(List<String> resources) {
    return new EcsException(type, status, text(), resources);
  }

  public static EcsException clusterNotFound() {
    return of("ClusterNotFoundException", "Cluster not found.");
  }

  public static EcsException serviceNotFound() {
    return of("ServiceNotFoundException", "Service not found.");
  }

  public static EcsException serviceDeploymentNotFound() {
    return of("ServiceDeploymentNotFoundException", "The service deployment was not found.");
  }

  /** A passing trouble on our side; SDKs try again by themselves. */
  public static EcsException server(String message) {
    return new EcsException("ServerException", 500, message, List.of());
  }

  public String type() {
    return type;
  }

  public int status() {
    return status;
  }

  public List<String> resourceIds() {
    return resourceIds;
  }

  /** The same, of a certain member of the request. */
  public EcsException at(String path) {
    return new EcsException(type, status, getMessage(), resourceIds, path, missing);
  }

  /** The path of the member that is to blame, as far as it is known. */
  public @Nullable String member() {
    return member;
  }

  /** Whether what was named is not there. */
  public boolean isMissing() {
    return missing;
  }

  /** Never null, unlike {@link #getMessage()}. */
  public String text() {
    String message = getMessage();
    return message == null ? type : message;
  }
}
