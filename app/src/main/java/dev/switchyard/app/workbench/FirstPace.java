package dev.switchyard.app.workbench;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.bench.BenchConfig;
import dev.switchyard.engine.bench.StepBenchmark;
import dev.switchyard.engine.bench.Workload;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.model.ComputeCost;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Floating-point operations a second that steps of the sample's model reach on this machine: what
 * the time of a run is first estimated by. Larger models reach more, so it is rough. Remembered in
 * the home's cache for each backend and precision.
 */
final class FirstPace {
  private static final Logger LOG = LoggerFactory.getLogger(FirstPace.class);

  /** A forward pass, and a backward pass that takes about two. */
  private static final int PASSES = 3;

  private static final int VOCABULARY = 256;
  private static final int STEPS_AT_ONCE = 2;

  /** While the JIT begins to compile. */
  private static final double WARM_UP_SECONDS = 1;

  private static final double SECONDS = 0.5;

  private final Home home;

  FirstPace(Home home) {
    this.home = home;
  }

  /** What was measured for this backend and precision; nothing where it was not yet. */
  Optional<Double> remembered(TrainingConfig training) {
    try {
      double pace = Double.parseDouble(Files.readString(file(training)).strip());
      return pace > 0 && Double.isFinite(pace) ? Optional.of(pace) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | NumberFormatException e) {
      LOG.debug("The remembered pace can't be read", e);
      return Optional.empty();
    }
  }

  /** Measures it and remembers it; takes a second or two. */
  void measure(TrainingConfig training) {
    double pace = flopsPerSecond(training);
    Path file = file(training);
    try {
      // Aside first: of a number that is half written the rest would be read as another number.
      Path aside = Files.createTempFile(Home.made(file.getParent()), "pace", ".new");
      Files.writeString(aside, Double.toString(pace));
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | InputException e) {
      LOG.warn("What was measured can't be remembered", e);
    }
  }

  private Path file(TrainingConfig training) {
    return home.cache().resolve("pace-%s-%s".formatted(training.backend(), training.precision()));
  }

  private static double flopsPerSecond(TrainingConfig training) {
    RunConfig sample = RunConfig.defaults().with(Presets.settings(Presets.SAMPLE, true));
    RunConfig config = sample.with(Map.of("vocab_size", VOCABULARY));
    Workload work =
        new Workload(
            config.training().batchSize(),
            config.data().inputLength(),
            config.data().targetLength(),
            training.precision(),
            config.training().optimizer());
    double flops =
        PASSES
            * ComputeCost.of(config.model()).forward(0, (long) work.batch() * work.targetLength());
    try (Backend backend = Backends.open(training.backend(), ElementType.FLOAT32);
        StepBenchmark steps =
            new StepBenchmark(new BenchConfig(config.model(), config.routing(), work), backend)) {
      stepsPerSecond(steps, backend, WARM_UP_SECONDS);
      return flops * stepsPerSecond(steps, backend, SECONDS);
    }
  }

  /** Of the fastest stretch: what else the machine does now is not the training's pace. */
  private static double stepsPerSecond(StepBenchmark steps, Backend backend, double seconds) {
    long begin = System.nanoTime();
    long fastest = Long.MAX_VALUE;
    long now = begin;
    while (now - begin < seconds * 1e9) {
      steps.train(STEPS_AT_ONCE);
      backend.synchronize();
      long then = now;
      now = System.nanoTime();
      fastest = Math.min(fastest, now - then);
    }
    return STEPS_AT_ONCE / (fastest * 1e-9);
  }
}
