package io.longshore.runner.secrets;

import io.longshore.messages.SecretReference;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Secrets by a program that is given the reference as its last argument and writes the value to its
 * standard output. An exit code other than 0 is a failure that may pass. What it writes to its
 * standard error goes nowhere, because it may hold the value.
 */
public final class SecretProgram implements SecretStore {
  private final List<String> command;
  private final Duration limit;

  /**
   * @param command a program and its first arguments; no shell reads them
   * @param limit after which it is killed, with what it has started
   */
  public SecretProgram(List<String> command, Duration limit) {
    this.command = List.copyOf(command);
    this.limit = limit;
  }

  @Override
  public String fetch(SecretReference reference) throws ProvisionException {
    List<String> words = new ArrayList<>(command);
    words.add(reference.asked());
    Process process;
    try {
      process =
          new ProcessBuilder(words)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw ProvisionException.passing("the program of the secret store cannot be started");
    }
    try {
      byte[] output = output(process);
      return SecretValue.of(output);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private byte[] output(Process process) throws ProvisionException {
    long deadline = System.nanoTime() + limit.toNanos();
    CompletableFuture<byte[]> reading = new CompletableFuture<>();
    // Not a virtual thread: reading a pipe keeps the one below it, of which there is one for each
    // core, and what the program has started may hold the pipe open for as long as it likes.
    Thread.ofPlatform().daemon().name("secret-program").start(() -> read(process, reading));
    try {
      byte[] output = reading.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (output.length > SecretValue.MOST_BYTES) {
        return output;
      }
      if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw late();
      }
      if (process.exitValue() != 0) {
        throw ProvisionException.passing(
            "the program of the secret store ended with exit code " + process.exitValue());
      }
      return output;
    } catch (TimeoutException e) {
      throw late();
    } catch (ExecutionException e) {
      throw ProvisionException.passing("the program of the secret store could not be read");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProvisionException.lasting("interrupted");
    }
  }

  private static void read(Process process, CompletableFuture<byte[]> into) {
    try {
      into.complete(Bounded.read(process.getInputStream(), SecretValue.MOST_BYTES));
    } catch (IOException | RuntimeException e) {
      into.completeExceptionally(new CompletionException(e));
    }
  }

  private ProvisionException late() {
    return ProvisionException.passing(
        "the program of the secret store did not answer within %d ms".formatted(limit.toMillis()));
  }
}
