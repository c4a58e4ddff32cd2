package io.longshore.runner.secrets;

import io.longshore.messages.ContainerSecrets;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.EnvironmentFile;
import io.longshore.messages.SecretReference;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Fetches what a container definition only refers to, when its container is made. Safe for use by
 * any number of threads; its calls block.
 *
 * <p>The definition's own environment comes before its files, an earlier file before a later one,
 * and secrets before everything, as in ECS.
 */
public final class Provisions {
  private static final Logger LOG = Logger.getLogger(Provisions.class);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final int ATTEMPTS = 3;
  // A store is asked by every container of a deployment at once.
  private static final int AT_ONCE = 8;
  private static final int SHOWN = 150;
  private static final int PLACES = 5;

  private final SecretStore store;
  private final EnvironmentFiles files;
  private final Duration firstWait;
  private final Semaphore fetching = new Semaphore(AT_ONCE, true);

  public Provisions(SecretStore store, EnvironmentFiles files) {
    this(store, files, FIRST_WAIT);
  }

  /**
   * @param firstWait before the second attempt; twice as long before the third
   */
  Provisions(SecretStore store, EnvironmentFiles files, Duration firstWait) {
    this.store = store;
    this.files = files;
    this.firstWait = firstWait;
  }

  /**
   * What the container is made from.
   *
   * @throws ProvisionException in the words of ECS, after as many attempts as make sense
   */
  public Provided complete(ContainerSpec spec) throws ProvisionException {
    ContainerSecrets asked = spec.secrets();
    if (asked.equals(ContainerSecrets.NONE)) {
      return new Provided(spec, Set.of());
    }
    fetching.acquireUninterruptibly();
    try {
      Map<String, String> environment = new LinkedHashMap<>();
      for (String file : asked.environmentFiles()) {
        ofFile(file).forEach(environment::putIfAbsent);
      }
      Set<String> values = new HashSet<>(environment.values());
      environment.putAll(spec.environment());
      Map<String, String> fetched = new HashMap<>();
      Map<String, String> secrets = values(asked.environment(), fetched);
      Map<String, String> options = values(asked.logOptions(), fetched);
      values.addAll(secrets.values());
      values.addAll(options.values());
      environment.putAll(secrets);
      Map<String, String> allOptions = new LinkedHashMap<>(spec.logOptions());
      allOptions.putAll(options);
      return new Provided(spec.given(environment, allOptions), values);
    } finally {
      fetching.release();
    }
  }

  private Map<String, String> ofFile(String value) throws ProvisionException {
    try {
      EnvironmentFile file = EnvironmentFile.parse(value);
      return patiently(() -> files.read(file));
    } catch (IllegalArgumentException | ProvisionException e) {
      throw ProvisionException.lasting(
          "failed to download env files: '%s': %s".formatted(shown(value), e.getMessage()));
    }
  }

  /**
   * @param fetched whole values by what was asked for; each is asked for once
   */
  private Map<String, String> values(
      List<ContainerSecrets.Reference> references, Map<String, String> fetched)
      throws ProvisionException {
    Map<String, String> values = new LinkedHashMap<>();
    for (ContainerSecrets.Reference each : references) {
      try {
        SecretReference reference = SecretReference.parse(each.valueFrom());
        String whole = fetched.get(reference.asked());
        if (whole == null) {
          whole = patiently(() -> store.fetch(reference));
          fetched.put(reference.asked(), whole);
        }
        values.put(each.name(), SecretValue.member(whole, reference.jsonKey()));
      } catch (IllegalArgumentException | ProvisionException e) {
        throw ProvisionException.lasting(
            "unable to pull secrets or registry auth: secret '%s' for %s: %s"
                .formatted(shown(each.valueFrom()), shown(each.name()), e.getMessage()));
      }
    }
    return values;
  }

  @FunctionalInterface
  private interface Question<T> {
    T ask() throws ProvisionException;
  }

  private <T> T patiently(Question<T> question) throws ProvisionException {
    for (int attempt = 1; ; attempt++) {
      try {
        return question.ask();
      } catch (ProvisionException e) {
        if (!e.isPassing()) {
          throw e;
        }
        if (attempt == ATTEMPTS) {
          throw ProvisionException.lasting(e.words() + ", asked " + ATTEMPTS + " times");
        }
        pause(firstWait.multipliedBy(1L << (attempt - 1)));
      } catch (RuntimeException e) {
        // By its class and place: its words may have a value in them.
        LOG.errorf("What a container is given could not be fetched: %s", place(e));
        throw ProvisionException.lasting("a defect of the store: " + e.getClass().getSimpleName());
      }
    }
  }

  private static String place(RuntimeException e) {
    return Stream.of(e.getStackTrace())
        .limit(PLACES)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining(" < ", e.getClass().getName() + " at ", ""));
  }

  private static void pause(Duration wait) throws ProvisionException {
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProvisionException.lasting("interrupted");
    }
  }

  private static String shown(String reference) {
    return reference.length() <= SHOWN ? reference : reference.substring(0, SHOWN) + "…";
  }
}
