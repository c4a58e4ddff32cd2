package io.longshore.standalone;

import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The command line. Only {@code up} starts the services; the others talk to a process that runs
 * already and answer in a moment.
 */
@QuarkusMain
@Command(
    name = "longshore",
    mixinStandardHelpOptions = true,
    version = "longshore 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    description = "Amazon ECS that anyone can run anywhere.",
    subcommands = {UpCommand.class, DownCommand.class, StatusCommand.class, DemoCommand.class})
public final class Longshore implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** The exit code is 0 for success, 1 for a failure and 2 for a wrong command line. */
  public static void main(String[] arguments) {
    PrintWriter output = new PrintWriter(System.out, true);
    PrintWriter errors = new PrintWriter(System.err, true);
    int code = run(output, errors, arguments);
    output.flush();
    errors.flush();
    System.exit(code);
  }

  static int run(PrintWriter output, PrintWriter errors, String... arguments) {
    return new CommandLine(new Longshore())
        .setOut(output)
        .setErr(errors)
        .setExecutionExceptionHandler((failure, commandLine, parsed) -> {
          if (failure instanceof Complaint) {
            commandLine.getErr().println(failure.getMessage());
          } else if (failure instanceof SdkException) {
            commandLine.getErr().println("Longshore did not answer: " + failure.getMessage());
          } else {
            failure.printStackTrace(commandLine.getErr());
          }
          return CommandLine.ExitCode.SOFTWARE;
        })
        .execute(arguments);
  }

  /** Called when no command was given. */
  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Say what to do: up, down, status or demo.");
  }
}
