package dev.switchyard.app.workbench;

import dev.switchyard.app.Switchyard;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.FileProblem;
import dev.switchyard.engine.store.RunHistory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A run that goes on in a process of its own: this program again, as {@code resume RUN}. It writes
 * what it says into {@code background.log} in the run's folder.
 */
final class BackgroundRun {
  private static final String LOG = "background.log";
  private static final long MILLISECONDS_BETWEEN_LOOKS = 100;
  private static final int LOOKS = 1200;

  private BackgroundRun() {}

  /**
   * Starts it, and waits until it trains.
   *
   * @throws InputException with its own words where it ended before, or after two minutes
   */
  static void start(Path folder, Home home) {
    long before = System.currentTimeMillis();
    Path log = folder.resolve(LOG);
    try {
      ProcessBuilder builder = new ProcessBuilder(command(folder));
      builder.environment().put(Home.VARIABLE, home.folder().toString());
      builder.redirectErrorStream(true).redirectOutput(log.toFile());
      Process process = builder.start();
      process.getOutputStream().close();
      for (int i = 0; i < LOOKS; i++) {
        if (process.waitFor(MILLISECONDS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS)) {
          throw new InputException(
              "%s did not go on in the background: %s".formatted(folder, lastLine(log)));
        }
        if (hasBegun(folder, before)) {
          return;
        }
      }
      process.destroy();
      throw new InputException(
          "%s did not go on in the background; %s has what it said.".formatted(folder, log));
    } catch (IOException e) {
      throw FileProblem.writing(log, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("Nobody waits for %s any more.".formatted(folder), e);
    }
  }

  /** A run of no steps more ends at once, which is well too. */
  private static boolean hasBegun(Path folder, long since) {
    return RunHistory.events(folder).stream()
        .anyMatch(
            event ->
                event.time() >= since
                    && (event.kind().equals("resumed") || event.kind().equals("started")));
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    return lines.isEmpty() ? "it said nothing." : lines.getLast();
  }

  /**
   * An installed program has a launcher of its own, which takes the same words; else Java is
   * started as it was for this process.
   */
  private static List<String> command(Path folder) {
    String program =
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    List<String> command = new ArrayList<>(List.of(program));
    String name = String.valueOf(Path.of(program).getFileName());
    if (name.startsWith("java")) {
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(argument -> !isOfThisProcess(argument))
          .forEach(command::add);
      command.add("--add-modules=jdk.incubator.vector"); // the desktop may have loaded it late
      command.addAll(List.of("-classpath", System.getProperty("java.class.path")));
      command.add(Switchyard.class.getName());
    }
    command.addAll(List.of("resume", folder.toString()));
    return command;
  }

  /**
   * The descriptor of standard error is inherited by nobody; agents hold ports and files; a
   * class-data archive goes with one set of modules, or is being made.
   */
  private static boolean isOfThisProcess(String argument) {
    return argument.startsWith("-XX:SharedArchiveFile")
        || argument.startsWith("-XX:DumpLoadedClassList")
        || argument.startsWith("-Dswitchyard.archive")
        || argument.startsWith("-Dswitchyard.stderr")
        || argument.startsWith("-agent")
        || argument.startsWith("-javaagent");
  }
}
