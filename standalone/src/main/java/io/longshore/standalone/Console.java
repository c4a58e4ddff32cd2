package io.longshore.standalone;

import java.io.PrintWriter;
import picocli.CommandLine;

/** What people read: results on standard output, progress on standard error. */
final class Console {
  private final PrintWriter results;
  private final PrintWriter progress;

  Console(PrintWriter results, PrintWriter progress) {
    this.results = results;
    this.progress = progress;
  }

  static Console of(CommandLine commandLine) {
    return new Console(commandLine.getOut(), commandLine.getErr());
  }

  void say(String line) {
    results.println(line);
    results.flush();
  }

  /** Something takes a while: says what. */
  void progress(String step) {
    progress.println(step + " ...");
    progress.flush();
  }
}
