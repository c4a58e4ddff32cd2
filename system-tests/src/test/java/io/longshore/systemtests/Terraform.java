package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Terraform and its AWS provider, in a directory of their own with one configuration. */
final class Terraform {
  /** Of {@code plan -detailed-exitcode}: there is nothing to do. */
  private static final int NO_CHANGE = 0;

  /** The provider waits for steady states and for the end of what it destroys. */
  private static final int APPLY_SECONDS = 240;

  private static final int PLAN_SECONDS = 90;

  /** It may have to fetch the provider. */
  private static final int INIT_SECONDS = 120;

  private final Map<String, String> environment =
      new HashMap<>(Map.of("TF_IN_AUTOMATION", "true", "CHECKPOINT_DISABLE", "true"));
  private final Program program;

  private Terraform(Path directory) {
    program = new Program(directory, environment);
  }

  /**
   * Takes the provider from the folder that {@code LONGSHORE_TERRAFORM_MIRROR} names, laid out as a
   * {@code filesystem_mirror}; else from where this machine's configuration of Terraform says.
   * Skips the calling test class where it is not to be had.
   *
   * @param configuration a resource in the folder {@code terraform}
   */
  static Terraform orSkip(String test, String configuration)
      throws IOException, InterruptedException {
    Path directory = Built.directory(test);
    try (var file = Terraform.class.getResourceAsStream("/terraform/" + configuration)) {
      Files.copy(file, directory.resolve(configuration));
    }
    Terraform terraform = new Terraform(directory);
    String mirror = System.getenv("LONGSHORE_TERRAFORM_MIRROR");
    if (mirror != null && !mirror.isBlank()) {
      Path file = directory.resolve("mirror.tfrc");
      Files.writeString(
          file, "provider_installation { filesystem_mirror { path = \"%s\" } }".formatted(mirror));
      terraform.environment.put("TF_CLI_CONFIG_FILE", file.toString());
    }
    Program.Outcome outcome = terraform.run("init", INIT_SECONDS, List.of("init"));
    if (outcome.code() != 0) {
      Program.skip(
          "Terraform's provider for AWS is not to be had, so it is not tried: " + outcome.output());
    }
    return terraform;
  }

  /** Sets a variable of the configuration. */
  void set(String variable, String value) {
    environment.put("TF_VAR_" + variable, value);
  }

  private Program.Outcome run(String step, int seconds, List<String> arguments)
      throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("terraform", arguments.getFirst(), "-no-color"));
    command.add("-input=false");
    command.addAll(arguments.subList(1, arguments.size()));
    return program.run(step, seconds, command);
  }

  /** Applies it; what is planned afterwards has to be nothing. */
  void apply(String step, Standalone longshore) throws InterruptedException {
    succeed(step + "-apply", List.of("apply", "-auto-approve"), longshore);
    Program.Outcome plan = run(step + "-plan", PLAN_SECONDS, List.of("plan", "-detailed-exitcode"));
    assertThat(plan.code()).as(plan.output()).isEqualTo(NO_CHANGE);
  }

  void destroy(Standalone longshore) throws InterruptedException {
    succeed("destroy", List.of("destroy", "-auto-approve"), longshore);
  }

  private void succeed(String step, List<String> arguments, Standalone longshore)
      throws InterruptedException {
    Program.Outcome outcome = run(step, APPLY_SECONDS, arguments);
    assertThat(outcome.code()).as(() -> outcome.output() + "\n" + longshore.tailOfLog()).isZero();
  }
}
