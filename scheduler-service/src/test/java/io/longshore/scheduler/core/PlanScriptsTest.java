package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command.StopType;
import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentProgress.Stage;
import io.longshore.messages.DeploymentProgress.Strategy;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the scripts in {@code src/test/resources/plans}. A line that begins with {@code >} is what
 * happens; the lines after it are what the planner decides because of it. Tasks are {@code t1, t2,
 * …} and deployments {@code d1, d2, …} in the order they come up. A change of policy is a change of
 * these files: with {@code -Dlongshore.plans.write=true} the test writes them, and the difference
 * is what there is to review.
 */
class PlanScriptsTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "plans");
  private static final boolean WRITE = Boolean.getBoolean("longshore.plans.write");

  @TestFactory
  Stream<DynamicTest> everyScriptPlansWhatItSays() throws IOException {
    List<Path> scripts;
    try (Stream<Path> files = Files.list(FOLDER)) {
      scripts = files.sorted().toList();
    }
    assertThat(scripts).hasSizeGreaterThan(15);
    return scripts.stream().map(file -> DynamicTest.dynamicTest(name(file), () -> run(file)));
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(".txt", "");
  }

  private static void run(Path file) throws IOException {
    String expected = Files.readString(file);
    String actual = new Script().play(expected.lines().toList());
    if (WRITE) {
      Files.writeString(file, actual);
    }
    assertThat(actual).isEqualTo(WRITE ? Files.readString(file) : expected);
  }

  /** One script being played. */
  private static final class Script {
    private final World world =
        new World(
            new Policy(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                200,
                Duration.ofSeconds(2)));
    private final Map<String, String> names = new LinkedHashMap<>();
    private final StringBuilder out = new StringBuilder();
    private String service = "";

    String play(List<String> lines) {
      world.addRunner("a", "zone-a");
      for (String line : lines) {
        if (line.startsWith(">")) {
          out.append(line).append('\n');
          world.planned.clear();
          happen(line.substring(1).strip().split(" +"));
          world.planned.forEach(this::print);
        } else if (line.startsWith("#") || line.isBlank()) {
          out.append(line).append('\n');
        }
      }
      return out.toString();
    }

    private void happen(String[] words) {
      switch (words[0]) {
        case "service" -> create(words);
        case "scale" -> world.scale(Integer.parseInt(words[1]));
        case "deploy" -> {
          int revision = Integer.parseInt(words[1]);
          boolean checked = words.length > 2 && words[2].equals("checked");
          world.deploy(checked ? World.checkedSpec(revision) : World.spec(revision));
        }
        case "force" -> world.force();
        case "running" -> tasks(words).forEach(world::running);
        case "healthy" -> tasks(words).forEach(id -> world.says(id, HealthStatus.HEALTHY));
        case "unhealthy" -> tasks(words).forEach(id -> world.says(id, HealthStatus.UNHEALTHY));
        case "exits" -> tasks(words).forEach(id -> world.exited(id, 1));
        case "stopped" ->
            tasks(words).forEach(id -> world.observe(id, TaskStatus.STOPPED, 143, null, null));
        case "passes" -> world.pass(Duration.ofMillis((long) (Double.parseDouble(words[1]) * 1e3)));
        case "abort" -> world.stopDeployment(StopType.ABORT);
        case "rollback" -> world.stopDeployment(StopType.ROLLBACK);
        default -> throw new AssertionError("the script says: " + String.join(" ", words));
      }
    }

    /**
     * {@code service COUNT MINIMUM/MAXIMUM [breaker|rollback] [counts-on] [checked] [bluegreen]
     * [grace SECONDS] [bake MINUTES]}.
     */
    private void create(String[] words) {
      List<String> options = List.of(words);
      String[] bounds = words[2].split("/");
      int minimum = Integer.parseInt(bounds[0]);
      int maximum = Integer.parseInt(bounds[1]);
      boolean rollback = options.contains("rollback");
      ServiceSettings breaker =
          rollback || options.contains("breaker")
              ? World.breaker(minimum, maximum, rollback)
              : new ServiceSettings(minimum, maximum);
      ServiceSettings.CircuitBreaker given = breaker.circuitBreaker();
      var counting =
          new ServiceSettings.CircuitBreaker(
              given.enabled(), given.rollback(), given.threshold(), !options.contains("counts-on"));
      int grace = options.indexOf("grace");
      ServiceSettings settings =
          new ServiceSettings(
              minimum,
              maximum,
              new ServiceSettings.Scheduling(
                  false, grace < 0 ? 0 : Integer.parseInt(words[grace + 1]), false),
              counting,
              breaker.placing());
      int bake = options.indexOf("bake");
      ServiceSettings.Deploying deploying =
          new ServiceSettings.Deploying(
              options.contains("bluegreen") ? Strategy.BLUE_GREEN : Strategy.ROLLING,
              bake < 0 ? 0 : Integer.parseInt(words[bake + 1]));
      world.createService(
          Integer.parseInt(words[1]),
          options.contains("checked") ? World.checkedSpec(1) : World.spec(1),
          settings.with(deploying));
    }

    private List<TaskId> tasks(String[] words) {
      if (words[1].equals("all")) {
        return all(words[0]);
      }
      List<TaskId> ids = new ArrayList<>();
      for (int i = 1; i < words.length; i++) {
        String name = words[i];
        names.forEach((id, known) -> {
          if (known.equals(name)) {
            ids.add(new TaskId(id));
          }
        });
      }
      assertThat(ids).as(String.join(" ", words)).hasSize(words.length - 1);
      return ids;
    }

    private List<TaskId> all(String verb) {
      return world.tasks().stream()
          .filter(task -> verb.equals("stopped") != task.isWanted())
          .filter(task -> !verb.equals("running") || !task.isRunning())
          .map(Task::id)
          .toList();
    }

    private void print(Decision decision) {
      switch (decision) {
        case Decision.Launch(Task task, Reason why) -> {
          line("launch %s of %s".formatted(task.id(), task.origin().startedBy()));
          because(why);
        }
        case Decision.Stop stop -> {
          line("stop %s: %s".formatted(stop.task(), stop.reason()));
          because(stop.why());
        }
        case Decision.PutWaits(String uid, List<Wait> waits) -> {
          waits.forEach(
              wait -> line("wait %s%s: %s".formatted(wait.rule(), until(wait), wait.text())));
          if (waits.isEmpty()) {
            line("wait no more");
          }
        }
        case Decision.Announce(String uid, String message) -> line("say " + message);
        case Decision.WakeAt(String uid, var at) ->
            line("wake in %s ms".formatted(Duration.between(world.now, at).toMillis()));
        case Decision.AwaitCapacity capacity -> line("await capacity");
        case Decision.PutService(Service next) -> printService(next);
        default -> throw new AssertionError("the planner does not say: " + decision);
      }
    }

    private void because(Reason why) {
      line("    " + why.rule() + ": " + why.text());
    }

    private String until(Wait wait) {
      return wait.until() == null
          ? ""
          : " for %d ms".formatted(Duration.between(world.now, wait.until()).toMillis());
    }

    /** Only what is shown of it, and only when that has changed. */
    private void printService(Service next) {
      StringBuilder text = new StringBuilder("service");
      for (DeploymentState deployment : next.deployments()) {
        text.append(
            " [%s %s %s wants %d failed %d]"
                .formatted(
                    deployment.id(),
                    deployment.status(),
                    deployment.rolloutState(),
                    deployment.desiredCount(),
                    deployment.failedTasks()));
      }
      ServiceDeploymentState latest = next.rollouts().latest();
      text.append(latest == null ? "" : " story " + latest.status() + stage(latest));
      text.append(next.steady() ? " steady" : "");
      text.append(next.status() == Service.Status.ACTIVE ? "" : " " + next.status());
      if (!service.equals(text.toString())) {
        service = text.toString();
        line(service);
      }
    }

    /** One that rolls is scaling up until it bakes. */
    private static String stage(ServiceDeploymentState latest) {
      DeploymentProgress progress = latest.progress();
      return progress == null || progress.stage() == Stage.SCALE_UP
          ? ""
          : " at " + progress.stage();
    }

    private void line(String text) {
      out.append("    ").append(named(text)).append('\n');
    }

    private String named(String text) {
      String result = text;
      for (Task task : world.tasks()) {
        names.computeIfAbsent(task.id().value(), id -> "t" + count("t"));
      }
      for (DeploymentState deployment : world.web().deployments().reversed()) {
        names.computeIfAbsent(deployment.id(), id -> "d" + count("d"));
      }
      for (Map.Entry<String, String> name : names.entrySet()) {
        result = result.replace(name.getKey(), name.getValue());
      }
      return result;
    }

    private long count(String letter) {
      return 1 + names.values().stream().filter(name -> name.startsWith(letter)).count();
    }
  }
}
