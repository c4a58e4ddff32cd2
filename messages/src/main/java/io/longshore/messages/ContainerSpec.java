package io.longshore.messages;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What takes effect of an ECS container definition, defaults filled and run-time overrides applied.
 *
 * @param cpu CPU units, 1024 to a core; 0 for none asked
 * @param memoryMiB the hard limit, MiB; null for none
 * @param memoryReservationMiB what placement counts, MiB; null when {@code memoryMiB} says it
 * @param essential whether the end of this container is the end of the task
 * @param entryPoint empty for the image's own
 * @param command empty for the image's own
 * @param stopTimeoutSeconds from the stop signal to the kill; null for the runner's default (ECS:
 *     30)
 * @param logOptions of {@code logDriver}, passed on as they are
 */
public record ContainerSpec(
    String name,
    String image,
    int cpu,
    @Nullable Integer memoryMiB,
    @Nullable Integer memoryReservationMiB,
    boolean essential,
    List<String> entryPoint,
    List<String> command,
    Map<String, String> environment,
    List<PortMapping> portMappings,
    @Nullable String workingDirectory,
    @Nullable String user,
    @Nullable Integer stopTimeoutSeconds,
    boolean readonlyRootFilesystem,
    Map<String, String> dockerLabels,
    @Nullable String logDriver,
    Map<String, String> logOptions,
    ContainerOrdering ordering,
    ContainerStorage storage,
    ContainerSecrets secrets,
    ContainerNetworking networking,
    ContainerPrivileges privileges,
    ImageVersion version) {

  /** Read from a message that is older than the later members, these have defaults. */
  public ContainerSpec {
    ordering = ordering == null ? ContainerOrdering.NONE : ordering;
    storage = storage == null ? ContainerStorage.NONE : storage;
    secrets = secrets == null ? ContainerSecrets.NONE : secrets;
    networking = networking == null ? ContainerNetworking.NONE : networking;
    privileges = privileges == null ? ContainerPrivileges.NONE : privileges;
    version = version == null ? ImageVersion.CONSISTENT : version;
  }

  /** A container that asks for nothing out of the ordinary. */
  public ContainerSpec(
      String name,
      String image,
      int cpu,
      @Nullable Integer memoryMiB,
      @Nullable Integer memoryReservationMiB,
      boolean essential,
      List<String> entryPoint,
      List<String> command,
      Map<String, String> environment,
      List<PortMapping> portMappings,
      @Nullable String workingDirectory,
      @Nullable String user,
      @Nullable Integer stopTimeoutSeconds,
      boolean readonlyRootFilesystem,
      Map<String, String> dockerLabels,
      @Nullable String logDriver,
      Map<String, String> logOptions) {
    this(
        name,
        image,
        cpu,
        memoryMiB,
        memoryReservationMiB,
        essential,
        entryPoint,
        command,
        environment,
        portMappings,
        workingDirectory,
        user,
        stopTimeoutSeconds,
        readonlyRootFilesystem,
        dockerLabels,
        logDriver,
        logOptions,
        ContainerOrdering.NONE,
        ContainerStorage.NONE,
        ContainerSecrets.NONE,
        ContainerNetworking.NONE,
        ContainerPrivileges.NONE,
        ImageVersion.CONSISTENT);
  }

  public ContainerSpec withOrdering(ContainerOrdering next) {
    return with(next, storage, secrets, networking, privileges, version);
  }

  public ContainerSpec withStorage(ContainerStorage next) {
    return with(ordering, next, secrets, networking, privileges, version);
  }

  public ContainerSpec withSecrets(ContainerSecrets next) {
    return with(ordering, storage, next, networking, privileges, version);
  }

  public ContainerSpec withNetworking(ContainerNetworking next) {
    return with(ordering, storage, secrets, next, privileges, version);
  }

  public ContainerSpec withPrivileges(ContainerPrivileges next) {
    return with(ordering, storage, secrets, networking, next, version);
  }

  public ContainerSpec withVersion(ImageVersion next) {
    return with(ordering, storage, secrets, networking, privileges, next);
  }

  public ContainerSpec withEnvironment(Map<String, String> next) {
    return given(next, logOptions);
  }

  /** As a runner has completed it; see {@link ContainerSecrets}. Such a one is in no message. */
  public ContainerSpec given(
      Map<String, String> allEnvironment, Map<String, String> allLogOptions) {
    return new ContainerSpec(
        name,
        image,
        cpu,
        memoryMiB,
        memoryReservationMiB,
        essential,
        entryPoint,
        command,
        allEnvironment,
        portMappings,
        workingDirectory,
        user,
        stopTimeoutSeconds,
        readonlyRootFilesystem,
        dockerLabels,
        logDriver,
        allLogOptions,
        ordering,
        storage,
        secrets,
        networking,
        privileges,
        version);
  }

  /** What an engine has to be given to run exactly the version that is meant. */
  public String imageToRun() {
    return version.of(image);
  }

  private ContainerSpec with(
      ContainerOrdering nextOrdering,
      ContainerStorage nextStorage,
      ContainerSecrets nextSecrets,
      ContainerNetworking nextNetworking,
      ContainerPrivileges nextPrivileges,
      ImageVersion nextVersion) {
    return new ContainerSpec(
        name,
        image,
        cpu,
        memoryMiB,
        memoryReservationMiB,
        essential,
        entryPoint,
        command,
        environment,
        portMappings,
        workingDirectory,
        user,
        stopTimeoutSeconds,
        readonlyRootFilesystem,
        dockerLabels,
        logDriver,
        logOptions,
        nextOrdering,
        nextStorage,
        nextSecrets,
        nextNetworking,
        nextPrivileges,
        nextVersion);
  }
}
