package io.longshore.runner.engine;

import io.longshore.messages.Json;
import io.longshore.runner.core.Inspection;
import org.jspecify.annotations.Nullable;

/**
 * What an engine tells for the sake of those who run in its containers. Nothing is decided by it.
 * Calls block, for a few seconds at most.
 */
public interface Insight {

  /**
   * Where containers on networks of the engine's find this host.
   *
   * @return an IPv4 address; null if it has no such network
   */
  @Nullable String bridgeAddress() throws EngineException;

  /** Null if the engine has no more to say than in its lists, or no such container. */
  @Nullable Inspection inspect(String container, String runtimeId) throws EngineException;

  /**
   * What a container uses at the moment, in the form Docker has for it.
   *
   * @return null if nobody measures it
   */
  @Nullable Json statistics(String runtimeId) throws EngineException;

  /** Of an engine whose containers are in the host's own network, and that measures nothing. */
  Insight PLAIN =
      new Insight() {
        @Override
        public String bridgeAddress() {
          return "127.0.0.1";
        }

        @Override
        public @Nullable Inspection inspect(String container, String runtimeId) {
          return null;
        }

        @Override
        public @Nullable Json statistics(String runtimeId) {
          return null;
        }
      };
}
