package io.longshore.chaos;

import io.longshore.chaos.History.Deed;
import io.longshore.chaos.History.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;

/**
 * Clients that go on working whatever happens, and note what they were told: some have a service
 * each, which they scale, redeploy, delete and make anew; others run jobs and register definitions.
 * Each call goes to any of the apis.
 */
final class Workload {
  private static final int SERVICES = 4;
  private static final int MOST = 5;
  private static final int JOB_CODES = 4;

  private final List<Client> apis;
  private final String definition;
  private final String otherDefinition;
  private final List<String> jobs = new ArrayList<>();
  private final Queue<Write> writes = new ConcurrentLinkedQueue<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  private Workload(List<Client> apis) {
    this.apis = apis;
    Client first = apis.getFirst();
    first.ecs().createCluster(r -> r.clusterName(Client.CLUSTER));
    definition = first.register("web", Engine.FOREVER);
    otherDefinition = first.register("web", Engine.FOREVER);
    for (int code = 0; code < JOB_CODES; code++) {
      jobs.add(first.register("job-" + code, "sleep %d; exit %d".formatted(code % 3, code * 7)));
    }
  }

  /** Makes the first services before it returns. */
  static Workload begin(List<Client> apis, long seed) {
    Workload workload = new Workload(apis);
    for (int i = 0; i < SERVICES; i++) {
      int number = i;
      workload.run("service-" + i, () -> workload.serve(number, new Random(seed + number)));
    }
    workload.run("jobs", () -> workload.runJobs(new Random(seed - 1)));
    workload.run("definitions", () -> workload.register(new Random(seed - 2)));
    return workload;
  }

  private void run(String name, Runnable work) {
    threads.add(Thread.ofVirtual().name(name).start(work));
  }

  private void serve(int number, Random random) {
    for (int life = 0; !isOver(); life++) {
      String name = "web-%d-%d".formatted(number, life);
      if (!set(name, 1 + random.nextInt(MOST), definition, random, true)) {
        // Nobody knows whether there is one now; the next has another name.
        pause(500);
        continue;
      }
      int changes = 2 + random.nextInt(5);
      for (int change = 0; change < changes && !pause(1_500 + random.nextInt(4_000)); change++) {
        set(
            name,
            random.nextInt(MOST + 1),
            random.nextBoolean() ? definition : otherDefinition,
            random,
            false);
      }
      // The last ones stay, so that there is something to look at in the end.
      if (!isOver()) {
        delete(name, random);
      }
    }
  }

  private boolean set(String name, int count, String revision, Random random, boolean create) {
    return note(
        random,
        Deed.SET_SERVICE,
        name,
        count,
        revision,
        0,
        client ->
            create
                ? client
                    .ecs()
                    .createService(r ->
                        r.cluster(Client.CLUSTER)
                            .serviceName(name)
                            .taskDefinition(revision)
                            .desiredCount(count))
                    .service()
                    .serviceArn()
                : client
                    .ecs()
                    .updateService(r ->
                        r.cluster(Client.CLUSTER)
                            .service(name)
                            .taskDefinition(revision)
                            .desiredCount(count))
                    .service()
                    .serviceArn());
  }

  private void delete(String name, Random random) {
    note(random, Deed.DELETE_SERVICE, name, 0, "", 0, client -> client.delete(name));
  }

  private void runJobs(Random random) {
    for (int number = 0; !pause(500 + random.nextInt(1_500)); number++) {
      int code = random.nextInt(JOB_CODES);
      String startedBy = "job-" + number;
      note(
          random,
          Deed.RUN_TASK,
          startedBy,
          1,
          jobs.get(code),
          code * 7,
          client -> {
            RunTaskResponse response =
                client
                    .ecs()
                    .runTask(r ->
                        r.cluster(Client.CLUSTER)
                            .taskDefinition(jobs.get(code))
                            .startedBy(startedBy)
                            .count(1));
            if (response.tasks().isEmpty()) {
              // An answer, too, and one that says that nothing was done.
              throw new NotPlaced(String.valueOf(response.failures()));
            }
            return response.tasks().getFirst().taskArn();
          });
    }
  }

  private void register(Random random) {
    for (int number = 0; !pause(200 + random.nextInt(400)); number++) {
      String family = "written-" + number % 3;
      note(
          random,
          Deed.REGISTER_DEFINITION,
          family,
          0,
          "",
          0,
          client -> client.register(family, "true"));
    }
  }

  private static final class NotPlaced extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotPlaced(String message) {
      super(message);
    }
  }

  /** Whether it was acknowledged. */
  private boolean note(
      Random random,
      Deed deed,
      String subject,
      int count,
      String revision,
      int exitCode,
      Function<Client, String> call) {
    Instant from = Instant.now();
    String answer = null;
    boolean refused = false;
    String error = null;
    try {
      answer = call.apply(apis.get(random.nextInt(apis.size())));
    } catch (NotPlaced e) {
      refused = true;
      error = e.getMessage();
    } catch (SdkServiceException e) {
      // Of several attempts an earlier one may have been heard.
      refused = e.statusCode() < 500 && Integer.valueOf(1).equals(e.numAttempts());
      error = e.getMessage();
    } catch (SdkException e) {
      error = e.getMessage();
    }
    writes.add(
        new Write(
            from, Instant.now(), deed, subject, count, revision, exitCode, answer, refused, error));
    return answer != null;
  }

  private boolean isOver() {
    return over.getCount() == 0;
  }

  /** Whether it is over. */
  private boolean pause(int millis) {
    try {
      return over.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Waits for the calls that are on their way; returns everything that was noted. */
  List<Write> end() throws InterruptedException {
    over.countDown();
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(60));
    }
    return List.copyOf(writes);
  }

  /** The names of all services that calls were about. */
  static List<String> services(List<Write> writes) {
    return writes.stream()
        .filter(write -> write.deed() == Deed.SET_SERVICE)
        .map(Write::subject)
        .distinct()
        .toList();
  }
}
