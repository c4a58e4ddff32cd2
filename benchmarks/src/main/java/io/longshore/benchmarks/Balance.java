package io.longshore.benchmarks;

import io.longshore.chaos.Build;
import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import io.longshore.embedded.EmbeddedProcess;
import io.longshore.messages.Codec;
import io.longshore.messages.Route;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * What a request costs the load balancer, beside HAProxy and nginx: the same targets, the same
 * client, one after the other in each round. CPU time is that of the whole process, by the kernel.
 */
final class Balance implements AutoCloseable {
  static final Set<String> OPTIONS =
      Set.of("rounds", "seconds", "warmup", "connections", "rate", "threads", "jvm");
  private static final String GROUP = "arn:aws:elasticloadbalancing:local:0:targetgroup/bench/1";
  private static final String TCP_GROUP = "arn:aws:elasticloadbalancing:local:0:targetgroup/tcp/2";
  private static final String OURS = "Longshore";
  private static final String LOGGED = "Longshore, access log";
  private static final String NOBODY = "no proxy";
  private static final int TARGETS = 2;

  /** Whoever stands between client and targets. */
  private record Contender(
      String name,
      InetSocketAddress http,
      @Nullable InetSocketAddress tcp,
      Supplier<LongStream> pids) {
    long cpuMillis() throws IOException {
      long sum = 0;
      for (long pid : pids.get().toArray()) {
        sum += Usage.of(pid).cpuMillis();
      }
      return sum;
    }
  }

  /**
   * One question.
   *
   * @param rate requests a second; 0 for as many as are answered
   * @param without whom it is not asked of
   */
  private record Case(String title, String path, int rate, boolean tcp, Set<String> without) {}

  /** All rounds of one contender in one case. */
  private static final class Sum {
    private long requests;
    private long nanos;
    private long cpuMillis;
    private final List<long[]> latencies = new ArrayList<>();
    private final List<Double> perCoreSecond = new ArrayList<>();

    void add(LoadGenerator.Result result, long cpu) {
      requests += result.latencies().length;
      nanos += result.nanos();
      cpuMillis += cpu;
      latencies.add(result.latencies());
      if (cpu > 0) {
        perCoreSecond.add(result.latencies().length * 1e3 / cpu);
      }
    }

    double perSecond() {
      return requests * 1e9 / nanos;
    }

    double perCoreSecond() {
      return cpuMillis == 0 ? 0 : requests * 1e3 / cpuMillis;
    }

    Distribution distribution() {
      long[] all = latencies.stream().flatMapToLong(Arrays::stream).toArray();
      Arrays.sort(all);
      return new Distribution(all);
    }
  }

  private final Arguments arguments;
  private final Path directory;
  private final Build build;
  private final EmbeddedProcess outside;
  private final Jvm server;
  private final List<Integer> targets = new ArrayList<>();
  private final List<Jvm> started = new ArrayList<>();
  private final List<Proxy> proxies = new ArrayList<>();
  private final List<Contender> contenders = new ArrayList<>();

  static void run(Arguments arguments) throws IOException, InterruptedException {
    System.out.println(Machine.describe());
    Path built = Path.of(System.getProperty("longshore.built", ""));
    try (Balance balance = new Balance(built, arguments)) {
      balance.warm();
      for (Case one : balance.cases()) {
        balance.measure(one);
      }
      balance.memory();
    }
    System.out.println("load average afterwards " + Machine.load());
  }

  private Balance(Path built, Arguments arguments) throws IOException, InterruptedException {
    this.arguments = arguments;
    this.build = new Build(built);
    this.directory = Files.createTempDirectory("longshore-balance");
    for (int i = 0; i < TARGETS; i++) {
      targets.add(LoopbackPorts.next());
    }
    this.outside =
        EmbeddedProcess.start(
            EmbeddedProcess.Settings.ofLibraries(directory.resolve("outside"), build.embedded()));
    this.server = server();
    int threads = arguments.number("threads", Runtime.getRuntime().availableProcessors());
    int http = LoopbackPorts.next();
    int tcp = LoopbackPorts.next();
    tellRoutes(http, tcp);
    contenders.add(
        new Contender(
            NOBODY,
            new InetSocketAddress("127.0.0.1", targets.getFirst()),
            null,
            LongStream::empty));
    begin(OURS, "127.0.0.1", http, tcp, false, threads);
    // At another address of loopback: both have the same routes, and so the same ports.
    begin(LOGGED, "127.0.0.2", http, tcp, true, threads);
    for (Proxy peer :
        Arrays.asList(
            Proxy.haproxy(directory, threads, targets), Proxy.nginx(directory, threads, targets))) {
      if (peer != null) {
        proxies.add(peer);
        contenders.add(new Contender(peer.name(), peer.http(), peer.tcp(), peer::pids));
      }
    }
  }

  private Jvm server() throws InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                Arrays.stream(
                        System.getProperty("java.class.path", "").split(File.pathSeparator, -1))
                    .filter(entry -> !entry.isEmpty())
                    .findFirst()
                    .orElseThrow(),
                FixedServer.class.getName()));
    targets.forEach(port -> command.add(Integer.toString(port)));
    Jvm jvm = Jvm.start("targets", command, Map.of(), directory.resolve("targets.out"));
    for (int port : targets) {
      if (!Proxy.answers(new InetSocketAddress("127.0.0.1", port), jvm::isAlive)) {
        throw new IllegalStateException("The targets do not answer: " + jvm.tail());
      }
    }
    return jvm;
  }

  private void begin(String name, String address, int http, int tcp, boolean log, int threads)
      throws InterruptedException {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", outside.endpoints().bootstrapServers());
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(LoopbackPorts.next()));
    environment.put("LONGSHORE_BALANCER_ADDRESS", address);
    environment.put("LONGSHORE_BALANCER_THREADS", Integer.toString(threads));
    environment.put("LONGSHORE_BALANCER_ACCESS_LOG", log ? "stdout" : "off");
    List<String> command = new ArrayList<>(List.of("-Xmx256m"));
    String more = arguments.text("jvm", "");
    if (!more.isEmpty()) {
      command.addAll(List.of(more.split(" ", -1)));
    }
    command.addAll(List.of("-jar", build.service("load-balancer").toString()));
    Jvm jvm =
        Jvm.start(name, command, environment, directory.resolve(log ? "logged.out" : "ours.out"));
    started.add(jvm);
    InetSocketAddress at = new InetSocketAddress(address, http);
    if (!Proxy.answers(at, jvm::isAlive)) {
      throw new IllegalStateException("The load balancer does not answer: " + jvm.tail());
    }
    contenders.add(
        new Contender(
            name, at, new InetSocketAddress(address, tcp), () -> LongStream.of(jvm.pid())));
  }

  private void tellRoutes(int http, int tcp) throws InterruptedException {
    String bootstrap = outside.endpoints().bootstrapServers();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        Producer<String, byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "all"),
                new StringSerializer(),
                new ByteArraySerializer())) {
      new Topology(4, 16, (short) 1).ensure(admin);
      for (Route route :
          List.of(
              group(GROUP, Route.Protocol.HTTP),
              group(TCP_GROUP, Route.Protocol.TCP),
              balancer("http", http, Route.Protocol.HTTP, GROUP),
              balancer("tcp", tcp, Route.Protocol.TCP, TCP_GROUP))) {
        producer.send(new ProducerRecord<>(Topics.ROUTES, route.key(), Codec.encode(route)));
      }
      producer.flush();
    } catch (ExecutionException e) {
      throw new IllegalStateException("The broker does not answer.", e);
    }
  }

  private Route group(String arn, Route.Protocol protocol) {
    return new Route.Group(
        arn,
        "bench",
        protocol,
        "HTTP1",
        new Route.HealthCheck(true, protocol, null, "/health", 10, 5, 2, 2, "200"),
        Map.of(),
        targets.stream().map(port -> new Route.StaticTarget("127.0.0.1", port, null)).toList());
  }

  private static Route balancer(String name, int port, Route.Protocol protocol, String group) {
    return new Route.Balancer(
        "arn:balancer/" + name,
        name,
        protocol == Route.Protocol.TCP ? Route.Kind.NETWORK : Route.Kind.APPLICATION,
        Map.of(),
        List.of(
            new Route.Listener(
                "arn:listener/" + name,
                port,
                protocol,
                List.of(),
                new Route.Action.Forward(List.of(new Route.Action.WeightedGroup(group, 1)), null),
                List.of())));
  }

  private List<Case> cases() {
    int connections = connections();
    int rate = arguments.number("rate", 2_000);
    return List.of(
        new Case("1 KiB, %d connections".formatted(connections), "/1024", 0, false, Set.of()),
        new Case(
            "64 KiB, %d connections".formatted(connections), "/65536", 0, false, Set.of(LOGGED)),
        new Case("1 KiB, %d requests/s".formatted(rate), "/1024", rate, false, Set.of()),
        new Case(
            "layer 4, 1 KiB, %d connections".formatted(connections),
            "/1024",
            0,
            true,
            Set.of(LOGGED)));
  }

  private int connections() {
    return arguments.number("connections", 64);
  }

  /** Programs that are compiled while they run are not measured before they are. */
  private void warm() throws IOException {
    long nanos = TimeUnit.SECONDS.toNanos(arguments.number("warmup", 10));
    for (Contender contender : contenders) {
      boolean java = contender.name().startsWith(OURS);
      for (Case one : cases()) {
        InetSocketAddress address = one.tcp() ? contender.tcp() : contender.http();
        if (one.rate() == 0 && address != null && !one.without().contains(contender.name())) {
          try (LoadGenerator load =
              new LoadGenerator(address, one.path(), connections(), one.rate())) {
            load.run(java ? nanos : nanos / 5);
          }
        }
      }
    }
  }

  private void measure(Case one) throws IOException {
    Map<Contender, Sum> sums = new LinkedHashMap<>();
    for (int round = 0; round < arguments.number("rounds", 3); round++) {
      for (Contender contender : contenders) {
        InetSocketAddress address = one.tcp() ? contender.tcp() : contender.http();
        if (address == null || one.without().contains(contender.name())) {
          continue;
        }
        try (LoadGenerator load =
            new LoadGenerator(address, one.path(), connections(), one.rate())) {
          // Connections to the targets are made here.
          load.run(TimeUnit.MILLISECONDS.toNanos(500));
          long before = contender.cpuMillis();
          LoadGenerator.Result result =
              load.run(TimeUnit.SECONDS.toNanos(arguments.number("seconds", 4)));
          sums.computeIfAbsent(contender, ignored -> new Sum())
              .add(result, contender.cpuMillis() - before);
        }
      }
    }
    print(one, sums);
  }

  private static void print(Case one, Map<Contender, Sum> sums) {
    System.out.printf("%n%s; load average %s%n", one.title(), Machine.load());
    System.out.printf(
        "%-24s %10s %12s %17s %8s %8s %8s%n",
        "", "requests/s", "per core-s", "(least to most)", "p50 ms", "p99 ms", "p99.9 ms");
    sums.forEach((contender, sum) -> {
      Distribution all = sum.distribution();
      System.out.printf(
          Locale.ROOT,
          "%-24s %10.0f %12.0f %17s %8.2f %8.2f %8.2f%n",
          contender.name(),
          sum.perSecond(),
          sum.perCoreSecond(),
          range(sum.perCoreSecond),
          all.median() / 1e6,
          all.percentile(99) / 1e6,
          all.percentile(99.9) / 1e6);
    });
    Sum ours = named(sums, OURS);
    sums.forEach((contender, sum) -> {
      if (ours != null && ours != sum && sum.cpuMillis > 0) {
        System.out.printf(
            Locale.ROOT,
            "%s is %.2f x %s by requests per core-second, %.2f x by requests/s%n",
            OURS,
            ours.perCoreSecond() / sum.perCoreSecond(),
            contender.name(),
            ours.perSecond() / sum.perSecond());
      }
    });
  }

  private static String range(List<Double> values) {
    return values.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "%.0f-%.0f",
            values.stream().mapToDouble(Double::doubleValue).min().orElseThrow(),
            values.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
  }

  private static @Nullable Sum named(Map<Contender, Sum> sums, String name) {
    for (Map.Entry<Contender, Sum> entry : sums.entrySet()) {
      if (entry.getKey().name().equals(name)) {
        return entry.getValue();
      }
    }
    return null;
  }

  private void memory() throws IOException {
    System.out.println();
    for (Contender contender : contenders) {
      Usage sum = new Usage(0, 0, 0);
      for (long pid : contender.pids().get().toArray()) {
        sum = sum.plus(Usage.of(pid));
      }
      if (sum.pssMegabytes() > 0) {
        System.out.printf(
            "%s: %d MB PSS, %d s of CPU since it began%n",
            contender.name(), sum.pssMegabytes(), sum.cpuMillis() / 1000);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      for (Proxy peer : proxies) {
        peer.stop();
      }
      for (Jvm jvm : started) {
        jvm.close();
      }
      server.kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    outside.close();
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
