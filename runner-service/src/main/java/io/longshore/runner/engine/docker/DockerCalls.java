package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Questions to the engine, and its failures in our words. */
record DockerCalls(DockerClient client) {

  /** Null if there is none. */
  @Nullable InspectContainerResponse inspect(String idOrName) throws EngineException {
    try {
      InspectContainerResponse answer = client.inspectContainerCmd(idOrName).exec();
      if (answer == null || answer.getId() == null || answer.getState() == null) {
        throw nothing();
      }
      return answer;
    } catch (NotFoundException e) {
      return null;
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
  }

  /**
   * Everything of a host's, pauses among them. What cannot be read in full is no list: whatever is
   * missing in one is taken for gone.
   */
  List<Container> list(String host) throws EngineException {
    List<Container> listed =
        asking(() ->
            client
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(DockerLabels.HOST, host))
                .exec());
    if (listed == null || listed.stream().anyMatch(one -> one == null || one.getId() == null)) {
      throw nothing();
    }
    return listed;
  }

  /** The engine answered, and what was asked is not in it. */
  static EngineException nothing() {
    return new EngineException(
        Problem.UNREACHABLE, "the engine's answer does not say what was asked");
  }

  @FunctionalInterface
  interface Question<T> {
    T ask();
  }

  static <T> T asking(Question<T> question) throws EngineException {
    try {
      return question.ask();
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
  }

  /** The engine puts its words into JSON, and its client puts {@code Status 404:} before them. */
  static String words(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    String text = message.replaceFirst("^Status \\d+: ", "").strip();
    if (text.startsWith("{\"message\":\"") && text.endsWith("\"}")) {
      String inner = text.substring("{\"message\":\"".length(), text.length() - 2);
      return inner.replace("\\\"", "\"").replace("\\n", " ");
    }
    return text;
  }
}
