package io.longshore.systemtests;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Clients that ask for one page over and over. What is not answered with 200 is a failure. */
final class Load implements AutoCloseable {
  private final URI page;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final List<Thread> clients = new ArrayList<>();
  private final Map<String, Answers> answers = new ConcurrentHashMap<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean open = true;
  private volatile long pauseMillis;

  /** How often one body came, and when first. */
  private static final class Answers {
    private final Instant first = Instant.now();
    private final LongAdder count = new LongAdder();
  }

  Load(URI page, int clients) {
    this.page = page;
    for (int i = 0; i < clients; i++) {
      this.clients.add(Thread.ofVirtual().name("client-" + i).start(this::ask));
    }
  }

  private void ask() {
    HttpRequest request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(30)).build();
    while (open) {
      try {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          Answers of = answers.computeIfAbsent(response.body().strip(), body -> new Answers());
          of.count.increment();
        } else {
          failures.add("%s %d %s".formatted(Instant.now(), response.statusCode(), response.body()));
        }
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (IOException e) {
        failures.add(Instant.now() + " " + e);
      }
    }
  }

  /** How long each client rests before it asks again: what is timed must not wait for a core. */
  void rest(int millis) {
    pauseMillis = millis;
  }

  /** How often each body has come. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    answers.forEach((body, of) -> counts.put(body, of.count.sum()));
    return counts;
  }

  long total() {
    return counts().values().stream().mapToLong(Long::longValue).sum();
  }

  /** When a body came first. */
  Instant first(String body) {
    Answers of = answers.get(body);
    if (of == null) {
      throw new AssertionError("no answer was " + body);
    }
    return of.first;
  }

  boolean has(String body) {
    return answers.containsKey(body);
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() throws InterruptedException {
    open = false;
    for (Thread client : clients) {
      client.join(Duration.ofSeconds(60));
    }
    http.close();
  }
}
