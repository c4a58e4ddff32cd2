package io.longshore.chaos;

import io.longshore.chaos.EngineHistory.Happening;
import io.longshore.chaos.History.End;
import io.longshore.chaos.History.Entry;
import io.longshore.chaos.History.Times;
import io.longshore.chaos.History.Write;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code longshore chaos}: starts Longshore as many processes, lets clients work and faults happen,
 * waits for rest, and judges what was recorded.
 */
public final class Chaos {
  private static final Logger QUIETED = Logger.getLogger("");

  private final Options options;
  private final PrintStream out;
  private final Path folder;

  private Chaos(Options options, PrintStream out) throws IOException {
    this.options = options;
    this.out = out;
    Path wanted = options.folder();
    this.folder =
        wanted == null
            ? Files.createTempDirectory("longshore-chaos-")
            : Files.createTempDirectory(Files.createDirectories(wanted), "chaos-");
  }

  public static void main(String[] arguments) throws Exception {
    QUIETED.setLevel(Level.SEVERE);
    Options options;
    try {
      options = Options.parse(arguments, Path.of(System.getProperty("longshore.built", ".")));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    System.exit(run(options, System.out) ? 0 : 1);
  }

  /**
   * Returns whether every promise was kept, having printed which were not.
   *
   * @throws IOException if the run could not be carried out, and so says nothing
   */
  public static boolean run(Options options, PrintStream out)
      throws IOException, InterruptedException {
    Verdict verdict = new Chaos(options, out).judge();
    out.print(verdict.told());
    return verdict.isKept();
  }

  private Verdict judge() throws IOException, InterruptedException {
    try (@Nullable Engine engine = engine()) {
      String driver = options.driver();
      if (driver == null) {
        driver = engine == null ? "process" : "docker";
      }
      Set<Means> means = Means.here(engine != null);
      Schedule schedule = Schedule.draw(options.seed(), options.faults(), options.fleet(means));
      out.printf(
          "Seed %d, driver %s, %d schedulers, %d apis, %d runners; logs and histories in %s%n",
          options.seed(), driver, options.schedulers(), options.apis(), options.runners(), folder);
      out.printf("%d faults in %d s:%n", schedule.faults().size(), options.faults().toSeconds());
      schedule.faults().forEach(fault -> out.println("  " + fault));
      Means.missing(means).forEach(missing -> out.println("Left out: " + missing.without()));
      var plan =
          new Installation.Plan(new Build(options.root()), folder, options.fleet(means), driver);
      Thread sweep = new Thread(() -> sweep(engine, plan));
      // Whoever interrupts a run is left no containers, either.
      Runtime.getRuntime().addShutdownHook(sweep);
      List<String> decoys = engine == null ? List.of() : engine.startDecoys();
      try (@Nullable EngineHistory watched = engine == null ? null : engine.watch();
          Installation installation = Installation.start(plan, engine)) {
        History history = record(installation, engine, watched, decoys, schedule);
        HistoryFiles.write(folder, history, schedule);
        return Checker.check(history);
      } finally {
        sweep(engine, plan);
        Runtime.getRuntime().removeShutdownHook(sweep);
      }
    }
  }

  private void sweep(@Nullable Engine engine, Installation.Plan plan) {
    if (engine != null) {
      engine.removeAll(plan.hosts());
      engine.removeDecoys();
    }
    // Plain processes outlive their runner, too; what starts them lies in its folder.
    ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains("sh " + folder))
        .forEach(process -> {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        });
  }

  private @Nullable Engine engine() throws IOException {
    String driver = options.driver();
    if (driver != null && !driver.equals("docker")) {
      return null;
    }
    Engine engine = Engine.connect();
    if (engine == null && driver != null) {
      throw new IOException("No Docker engine answers, and --driver docker needs one.");
    }
    return engine;
  }

  private History record(
      Installation installation,
      @Nullable Engine engine,
      @Nullable EngineHistory watched,
      List<String> decoys,
      Schedule schedule)
      throws IOException, InterruptedException {
    List<Client> clients = installation.apis().stream().map(Client::of).toList();
    try {
      Instant begun = Instant.now();
      Workload workload = Workload.begin(clients, options.seed());
      out.println("Everything is ready; the faults begin.");
      Nemesis nemesis = new Nemesis(installation, engine, out);
      nemesis.carryOut(schedule);
      List<Write> writes = workload.end();
      installation.mendAll();
      installation.awaitReady();
      Instant healed = Instant.now();
      List<String> services = Workload.services(writes);
      Observer observer = new Observer(clients.getFirst(), engine, installation.hosts(), services);
      out.println("The faults are over; waiting for rest.");
      Installation.await(options.patience(), () -> observer.unsettled().isEmpty());
      List<String> unsettled = observer.unsettled();
      Instant settled = Instant.now();
      out.printf(
          "%s after %.1f s; now %d s in which nothing may happen.%n",
          unsettled.isEmpty() ? "At rest" : "Not at rest",
          Duration.between(healed, settled).toMillis() / 1e3,
          options.quiet().toSeconds());
      TimeUnit.MILLISECONDS.sleep(options.quiet().toMillis());
      Instant quiet = Instant.now();
      // Taken before all is deleted, which is no part of what is judged.
      @Nullable List<Happening> happenings = watched == null ? null : watched.all();
      List<Entry> records = TopicReader.read(installation.outside().endpoints().bootstrapServers());
      End end = observer.end(unsettled);
      return new History(
          happenings,
          installation.hosts(),
          decoys,
          nemesis.killed(),
          records,
          writes,
          end,
          new Times(begun, healed, settled, quiet),
          installation.fenced());
    } finally {
      clients.forEach(Client::close);
    }
  }
}
