package io.longshore.api.core;

import java.util.List;

/**
 * A call is refused, in ECS's words. It carries no stack trace: a refusal is an answer, not a
 * fault.
 */
public final class EcsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String type;
  private final int status;
  private final transient List<String> resourceIds;

  /**
   * @param type the exception's name in the ECS model, or one of the protocol's own
   * @param status 400 to 599
   * @param resourceIds existing resources a ConflictException points to
   */
  public EcsException(String type, int status, String message, List<String> resourceIds) {
    super(message, null, false, false);
    this.type = type;
    this.status = status;
    this.resourceIds = resourceIds;
  }

  public static EcsException of(String type, String message) {
    return new EcsException(type, 400, message, List.of());
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

  public static EcsException clusterNotFound() {
    return of("ClusterNotFoundException", "Cluster not found.");
  }

  public static EcsException serviceNotFound() {
    return of("ServiceNotFoundException", "Service not found.");
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

  /** Never null, unlike {@link #getMessage()}. */
  public String text() {
    String message = getMessage();
    return message == null ? type : message;
  }
}
