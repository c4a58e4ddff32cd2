package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Images: when they are pulled, and which ones they are. */
final class DockerImages {
  private static final Duration PULL_LIMIT = Duration.ofMinutes(30);

  private final DockerClient calls;
  private final DockerClient streams;
  private final DockerEngine.PullBehavior behavior;
  private final Map<Named, Optional<String>> digests = new ConcurrentHashMap<>();
  private final Set<String> pulled = ConcurrentHashMap.newKeySet();

  private record Named(String image, String id) {}

  DockerImages(DockerClient calls, DockerClient streams, DockerEngine.PullBehavior behavior) {
    this.calls = calls;
    this.streams = streams;
    this.behavior = behavior;
  }

  boolean pullsFirst() {
    return behavior != DockerEngine.PullBehavior.PREFER_CACHED;
  }

  void pull(String image) throws EngineException {
    if (image.contains("@") && isThere(image)) {
      // No registry could have another one.
      return;
    }
    if (behavior == DockerEngine.PullBehavior.ONCE && !pulled.add(image)) {
      return;
    }
    try {
      boolean finished =
          streams
              .pullImageCmd(tagged(image))
              .exec(new PullImageResultCallback())
              .awaitCompletion(PULL_LIMIT.toMinutes(), TimeUnit.MINUTES);
      if (!finished) {
        throw EngineException.refused("the pull of " + image + " took too long");
      }
    } catch (DockerException | DockerClientException e) {
      pulled.remove(image);
      throw new EngineException(Problem.REFUSED, DockerCalls.words(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Problem.UNREACHABLE, "interrupted", e);
    } catch (RuntimeException e) {
      pulled.remove(image);
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  private boolean isThere(String image) {
    try {
      calls.inspectImageCmd(image).exec();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Without a tag the engine would pull every one there is. */
  static String tagged(String image) {
    String last = image.substring(image.lastIndexOf('/') + 1);
    return last.contains(":") || last.contains("@") ? image : image + ":latest";
  }

  /**
   * Of the image a container was just made of. Asked each time unless the name says it: a tag may
   * stand for another one now. It is nothing a task waits for or fails by.
   */
  @Nullable String digest(String image) {
    int named = image.indexOf('@');
    if (named >= 0) {
      return image.substring(named + 1);
    }
    try {
      InspectImageResponse found = calls.inspectImageCmd(image).exec();
      Optional<String> digest = among(image, found.getRepoDigests());
      digests.put(new Named(image, String.valueOf(found.getId())), digest);
      return digest.orElse(null);
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** Of an image that is known by its id, too; asked once. */
  @Nullable String digest(String image, String id) {
    return digests
        .computeIfAbsent(
            new Named(image, id),
            named -> {
              try {
                return among(image, calls.inspectImageCmd(id).exec().getRepoDigests());
              } catch (RuntimeException e) {
                return Optional.empty();
              }
            })
        .orElse(null);
  }

  /**
   * By which digest the image's own repository knows it: others that have the same image may have
   * packed it otherwise.
   *
   * @param repoDigests {@code repository@digest} each
   */
  static Optional<String> among(String image, @Nullable List<String> repoDigests) {
    // Once its tag stands for another one, an engine has only its id to call it by.
    boolean nameless = image.startsWith("sha256:");
    String repository = repository(image);
    return Stream.ofNullable(repoDigests)
        .flatMap(List::stream)
        .filter(known -> nameless || repository(known).equals(repository))
        .map(known -> known.substring(known.indexOf('@') + 1))
        .findFirst();
  }

  /** Without tag and digest, in the short form in which engines show those of Docker Hub. */
  private static String repository(String image) {
    String name = image.replaceFirst("@.*", "");
    int tag = name.lastIndexOf(':');
    return (tag > name.lastIndexOf('/') ? name.substring(0, tag) : name)
        .replaceFirst("^(index\\.)?docker\\.io/", "")
        .replaceFirst("^library/", "");
  }
}
