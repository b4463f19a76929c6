package dev.switchyard.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts the packaged program on a virtual display and reads from its log when the window stood.
 * Without a distribution or without Xvfb there is nothing to measure.
 */
final class StartTimes {
  private static final int DISPLAY = 83;
  private static final int STARTS = 5;
  private static final long BETWEEN_LOOKS = 200;
  private static final int MOST_LOOKS = 300;
  private static final String STOOD = "The window stood ";

  private StartTimes() {}

  /** The median of some starts after a first one, in milliseconds; nothing where none can be. */
  static Optional<Double> median(Path program, Path home) throws Exception {
    if (!Files.isExecutable(program) || !isOnPath("Xvfb")) {
      return Optional.empty();
    }
    Process display =
        new ProcessBuilder("Xvfb", ":" + DISPLAY, "-screen", "0", "1600x1000x24")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      start(program, home);
      awaitArchive(home.resolve("cache"));
      List<Double> times = new ArrayList<>();
      for (int i = 0; i < STARTS; i++) {
        times.add(start(program, home));
      }
      return Optional.of(times.stream().sorted().toList().get(STARTS / 2));
    } finally {
      display.destroy();
      display.waitFor();
    }
  }

  /** It is made when the first session has ended; other ways of starting make it before the end. */
  private static void awaitArchive(Path cache) throws Exception {
    for (int i = 0; i < MOST_LOOKS; i++) {
      try (Stream<Path> files = Files.list(cache)) {
        if (files.anyMatch(file -> file.toString().endsWith(".jsa"))) {
          return;
        }
      }
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS);
    }
  }

  private static boolean isOnPath(String command) {
    return Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
  }

  private static double start(Path program, Path home) throws Exception {
    ProcessBuilder start = new ProcessBuilder(program.toString());
    start.environment().put("DISPLAY", ":" + DISPLAY);
    start.environment().put("SWITCHYARD_HOME", home.toString());
    start.environment().put("JAVA_TOOL_OPTIONS", "-Dswitchyard.first_frame=close");
    start.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process running = start.start();
    if (!running.waitFor(2, TimeUnit.MINUTES)) {
      running.destroyForcibly();
      throw new IOException("The program did not close by itself");
    }
    try (Stream<Path> logs = Files.list(home.resolve("logs"))) {
      String last =
          logs.flatMap(StartTimes::lines)
              .filter(line -> line.contains(STOOD))
              .reduce((before, now) -> now)
              .orElseThrow();
      String millis = last.substring(last.indexOf(STOOD) + STOOD.length());
      return Double.parseDouble(millis.substring(0, millis.indexOf(' ')));
    }
  }

  private static Stream<String> lines(Path log) {
    try {
      return Files.readAllLines(log).stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
