package io.longshore.benchmarks;

import io.longshore.chaos.Build;
import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import io.longshore.embedded.EmbeddedProcess;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Json;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How many tasks a scheduler launches in a second, how long a heal takes beside many others, and
 * what an event costs it, by the number of tasks that run. Scheduler, broker and database are real
 * and processes of their own; runners are a {@link SimulatedFleet}, so that what is measured is the
 * control plane.
 */
final class Scale implements AutoCloseable {
  static final Set<String> OPTIONS =
      Set.of(
          "tasks",
          "runners",
          "per-service",
          "warmup",
          "heals",
          "heal-rate",
          "seconds",
          "outstanding",
          "outstanding-percent");
  private static final ClusterName CLUSTER = new ClusterName("scale");
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A container that has ended, until its replacement is recorded as running. */
  private static final class Wound {
    private volatile long reported;
    private volatile long ordered;
    private volatile long recorded;
  }

  private final Path directory;
  private final EmbeddedProcess outside;
  private final Jvm scheduler;
  private final Producer<String, byte[]> commands;
  private final RecordedTasks recorded;
  private final SimulatedFleet fleet;
  private final int each;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger launches = new AtomicInteger();
  private final Map<TaskId, ServiceName> owners = new ConcurrentHashMap<>();
  private final Set<TaskId> everOrdered = new HashSet<>();
  private final Map<ServiceName, BlockingQueue<TaskId>> alive = new LinkedHashMap<>();
  private final Map<ServiceName, Wound> wounds = new ConcurrentHashMap<>();
  private final List<ServiceName> filled = new ArrayList<>();
  private int sent;

  static void run(Arguments arguments) throws IOException, InterruptedException {
    System.out.println(Machine.describe());
    int[] tasks =
        Arrays.stream(arguments.text("tasks", "1000,10000").split(","))
            .mapToInt(Integer::parseInt)
            .sorted()
            .toArray();
    int each = arguments.number("per-service", 200);
    int services = Math.ceilDiv(tasks[tasks.length - 1], each);
    Path built = Path.of(System.getProperty("longshore.built", ""));
    try (Scale scale = new Scale(built, arguments.number("runners", 500), services, each)) {
      int rate = arguments.number("heal-rate", 20);
      int warmup = arguments.number("warmup", 600);
      for (int count : tasks) {
        scale.fill(count);
        if (warmup > 0 && count == tasks[0]) {
          // Compiling what is hot takes the programs half a minute, and a core of the machine's.
          System.out.println("Not warm yet:");
          scale.heal(warmup, rate);
          System.out.println("Warm:");
        }
        scale.heal(arguments.number("heals", 500), rate);
        int seconds = arguments.number("seconds", 20);
        scale.churn(seconds, arguments.number("outstanding", 1_000));
        // Here every service is as short of tasks as at any other number of them.
        int share = arguments.number("outstanding-percent", 1) * count / 100;
        if (share > 0) {
          scale.churn(seconds, share);
        }
      }
    }
    System.out.println("load average afterwards " + Machine.load());
  }

  /**
   * Starts everything.
   *
   * @param built the folder of the whole project, packaged
   * @param services there will ever be
   * @param each how many tasks each will have
   */
  Scale(Path built, int runners, int services, int each) throws IOException, InterruptedException {
    Build build = new Build(built);
    this.each = each;
    this.directory = Files.createTempDirectory("longshore-scale");
    this.outside =
        EmbeddedProcess.start(
            EmbeddedProcess.Settings.ofLibraries(directory.resolve("outside"), build.embedded()));
    String bootstrap = outside.endpoints().bootstrapServers();
    this.scheduler =
        Jvm.start(
            "scheduler",
            List.of("-Xmx1g", "-jar", build.service("scheduler-service").toString()),
            environment(),
            directory.resolve("scheduler.out"));
    prepareTopics(bootstrap);
    this.commands =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "acks", "all"),
            new StringSerializer(),
            new ByteArraySerializer());
    for (int i = 0; i < services; i++) {
      alive.put(service(i), new ArrayBlockingQueue<>(2 * each));
    }
    this.recorded = new RecordedTasks(bootstrap, this::recorded);
    this.fleet = new SimulatedFleet(bootstrap, CLUSTER, runners, this::ordered);
    send(new Command.CreateCluster(CLUSTER, Json.EMPTY, Map.of()));
    send(new Command.RegisterTaskDefinition("web", PlannerBenchmark.spec(), Json.EMPTY, Map.of()));
    fleet.begin();
    for (ServiceName name : alive.keySet()) {
      send(
          new Command.CreateService(
              CLUSTER,
              name,
              PlannerBenchmark.spec().as(new TaskDefinitionId("web", 1)),
              0,
              new ServiceSettings(100, 200),
              Json.EMPTY,
              Map.of()));
    }
  }

  private static ServiceName service(int number) {
    return new ServiceName("web-" + number);
  }

  private Map<String, String> environment() {
    String unlimited = "100000000";
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", outside.endpoints().bootstrapServers());
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(LoopbackPorts.next()));
    environment.put("LONGSHORE_DATABASE_URL", outside.endpoints().jdbcUrl());
    environment.put("LONGSHORE_DATABASE_USER", outside.endpoints().user());
    environment.put("LONGSHORE_DATABASE_PASSWORD", "any");
    environment.put("LONGSHORE_READ_DATABASE_PASSWORD", "any");
    // What dies sooner counts as a failure to start, and the budgets are there to keep launches
    // below what is to be measured here.
    environment.put("LONGSHORE_SCHEDULER_STEADY_AFTER", "1ms");
    environment.put("LONGSHORE_SCHEDULER_HEALTHY_AFTER", "1ms");
    for (String whose : List.of("SERVICE", "HOST", "CLUSTER")) {
      environment.put("LONGSHORE_SCHEDULER_%s_LAUNCH_BURST".formatted(whose), unlimited);
      environment.put("LONGSHORE_SCHEDULER_%s_LAUNCH_RATE".formatted(whose), "1000000");
    }
    return environment;
  }

  private static void prepareTopics(String bootstrap) throws InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      new Topology(4, 16, (short) 1).ensure(admin);
    } catch (ExecutionException e) {
      throw new IllegalStateException("The broker does not answer.", e);
    }
  }

  private void send(Command command) {
    String id = "scale-" + sent++;
    commands.send(
        new ProducerRecord<>(
            Topics.COMMANDS,
            command.key(),
            Codec.encode(new CommandEnvelope(id, "scale", id, null, "", command))));
    commands.flush();
  }

  private void ordered(TaskAssignment assignment, long nanos) {
    ServiceName service = assignment.service();
    if (service == null) {
      throw new IllegalStateException("Nobody runs tasks by themselves here.");
    }
    if (!everOrdered.add(assignment.task())) {
      throw new IllegalStateException("A task is to be started twice: " + assignment.task());
    }
    owners.put(assignment.task(), service);
    Wound wound = wounds.get(service);
    if (wound != null && wound.ordered == 0) {
      wound.ordered = nanos;
    }
  }

  private void recorded(TaskId task, long nanos) {
    ServiceName service = owners.get(task);
    BlockingQueue<TaskId> queue = service == null ? null : alive.get(service);
    if (service == null || queue == null || !queue.offer(task)) {
      throw new IllegalStateException("A task nobody ordered is running: " + task);
    }
    running.incrementAndGet();
    launches.incrementAndGet();
    Wound wound = wounds.get(service);
    if (wound != null && wound.ordered != 0) {
      wound.recorded = nanos;
    }
  }

  private void check() {
    Throwable failure = fleet.failure();
    if (failure != null) {
      throw new IllegalStateException("The fleet has stopped.", failure);
    }
    failure = recorded.failure();
    if (failure != null) {
      throw new IllegalStateException("Events are read no more.", failure);
    }
  }

  /** Scales one service after the other up until so many tasks run, or a few more. */
  void fill(int count) throws InterruptedException, IOException {
    int before = running.get();
    Cpu cpu = cpu();
    long begin = System.nanoTime();
    int wanted = Math.ceilDiv(count, each) * each;
    while (filled.size() * each < wanted) {
      ServiceName name = service(filled.size());
      filled.add(name);
      send(new Command.UpdateService(CLUSTER, name, null, each, null, false, Json.EMPTY));
    }
    Patience.await(
        wanted + " tasks",
        PATIENCE,
        running::get,
        n -> {
          check();
          return n >= wanted;
        });
    double seconds = (System.nanoTime() - begin) / 1e9;
    int launched = wanted - before;
    System.out.printf(
        Locale.ROOT,
        "%d tasks: %d launched in %.1f s, %.0f a second; %s%n",
        wanted,
        launched,
        seconds,
        launched / seconds,
        cpu().since(cpu, launched));
  }

  /**
   * What the parts have used of the processors so far, in milliseconds.
   *
   * @param outside the broker and the database
   * @param fleet this program: runners, and who reads what is recorded
   */
  private record Cpu(long scheduler, long outside, long fleet) {
    String since(Cpu before, int launches) {
      return String.format(
          Locale.ROOT,
          "CPU-ms for each: scheduler %.2f, broker and database %.2f, runners %.2f",
          (scheduler - before.scheduler) / (double) launches,
          (outside - before.outside) / (double) launches,
          (fleet - before.fleet) / (double) launches);
    }
  }

  private Cpu cpu() throws IOException {
    long others = Usage.of(outside.pid()).cpuMillis();
    for (ProcessHandle child :
        ProcessHandle.of(outside.pid()).stream().flatMap(ProcessHandle::descendants).toList()) {
      others += Usage.of(child.pid()).cpuMillis();
    }
    return new Cpu(
        Usage.of(scheduler.pid()).cpuMillis(),
        others,
        Usage.of(ProcessHandle.current().pid()).cpuMillis());
  }

  /**
   * Containers end at a steady pace, in one service after the other.
   *
   * @return how long each took from the report of its end until its replacement was recorded as
   *     running, in nanoseconds
   */
  List<Long> heal(int heals, int perSecond) throws InterruptedException, IOException {
    Cpu cpu = cpu();
    List<Wound> healed = new ArrayList<>();
    List<ServiceName> names = filled;
    long begin = System.nanoTime();
    long pause = TimeUnit.SECONDS.toNanos(1) / perSecond;
    for (int i = 0; i < heals; i++) {
      TimeUnit.NANOSECONDS.sleep(begin + i * pause - System.nanoTime());
      ServiceName service = names.get(i % names.size());
      Wound wound = wounds.get(service);
      if (wound != null) {
        collect(wound, healed);
      }
      Wound fresh = new Wound();
      wounds.put(service, fresh);
      end(service, fresh);
    }
    for (Wound wound : wounds.values()) {
      collect(wound, healed);
    }
    wounds.clear();
    List<Long> toOrder = healed.stream().map(wound -> wound.ordered - wound.reported).toList();
    List<Long> toRecord = healed.stream().map(wound -> wound.recorded - wound.reported).toList();
    System.out.println(Distribution.header());
    System.out.println(Distribution.of(toOrder).line("heal: exit reported -> start ordered"));
    System.out.println(
        Distribution.of(toRecord).line("heal: exit reported -> recorded as running"));
    System.out.println("heals of over 100 ms: " + slow(healed, begin));
    System.out.printf("heal, one by one: %s%n", cpu().since(cpu, heals));
    return toRecord;
  }

  /** When their containers ended, for what else happened then: one stall makes several. */
  private static String slow(List<Wound> healed, long begin) {
    String slow =
        healed.stream()
            .filter(wound -> wound.recorded - wound.reported > SLOW_NANOS)
            .map(wound ->
                String.format(
                    Locale.ROOT,
                    "%d ms at %.2f s",
                    TimeUnit.NANOSECONDS.toMillis(wound.recorded - wound.reported),
                    (wound.reported - begin) / 1e9))
            .collect(Collectors.joining(", "));
    return slow.isEmpty() ? "none" : slow;
  }

  /** How many tasks have been recorded as running, since the beginning. */
  int launches() {
    return launches.get();
  }

  private void end(ServiceName service, Wound wound) throws InterruptedException {
    BlockingQueue<TaskId> queue = alive.get(service);
    TaskId victim = queue == null ? null : queue.poll(1, TimeUnit.MINUTES);
    if (victim == null) {
      throw new IllegalStateException("Nothing of " + service + " runs.");
    }
    owners.remove(victim);
    running.decrementAndGet();
    fleet.end(victim, nanos -> wound.reported = nanos);
  }

  private void collect(Wound wound, List<Wound> healed) throws InterruptedException {
    Patience.await(
        "a replacement",
        () -> wound.recorded,
        nanos -> {
          check();
          return nanos != 0;
        });
    healed.add(wound);
  }

  /**
   * As many containers as that are always missing: whenever one is replaced, another ends.
   *
   * @return how many have ended; all of them have been replaced
   */
  int churn(int seconds, int outstanding) throws InterruptedException, IOException {
    int whole = running.get();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Cpu cpu = cpu();
    long begin = System.nanoTime();
    int before = launches.get();
    List<ServiceName> names = filled;
    int missing = Math.min(outstanding, whole / 2);
    int ended = 0;
    while (System.nanoTime() - end < 0) {
      check();
      if (running.get() <= whole - missing) {
        TimeUnit.MILLISECONDS.sleep(1);
      } else {
        end(names.get(ended++ % names.size()), new Wound());
      }
    }
    double took = (System.nanoTime() - begin) / 1e9;
    int launched = launches.get() - before;
    System.out.printf(
        Locale.ROOT,
        "%d of %d tasks always missing: %d launched in %.1f s, %.0f a second; %s%n",
        missing,
        whole,
        launched,
        took,
        launched / took,
        cpu().since(cpu, launched));
    Patience.await("all tasks", PATIENCE, running::get, n -> n >= whole);
    return ended;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    fleet.close();
    recorded.close();
    commands.close(Duration.ofSeconds(2));
    scheduler.destroy();
    outside.close();
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
