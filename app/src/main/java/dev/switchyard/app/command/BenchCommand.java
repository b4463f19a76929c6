package dev.switchyard.app.command;

import dev.switchyard.app.terminal.BenchText;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.bench.BenchConfig;
import dev.switchyard.engine.bench.BenchResult;
import dev.switchyard.engine.bench.OperationTimes;
import dev.switchyard.engine.bench.StepBenchmark;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard bench}. */
@Command(
    name = "bench",
    description = {
      "Measures how fast a model trains here: medians of the training step and its parts, tokens"
          + " a second, and how much of this machine's fastest matrix product that is.",
      "The batch is random tokens. Let nothing else run meanwhile."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class BenchCommand implements Callable<Integer> {
  private static final int FEW = 3;

  @ParentCommand private SwitchyardCommand switchyard;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "A JSON file: keys of a Hugging Face config.json, of the settings that train lists for"
            + " models and routing, and batch, input_length, target_length. What is left out is as"
            + " without a file: 8 experts in every second of 4 + 4 blocks of width 256, 16 rows of"
            + " 128 + 32 tokens, capacity_factor 1.25 in each row."
      })
  private Path config;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "auto (the best that works here), cuda, cpu or nd4j (default: ${DEFAULT-VALUE}).")
  private String backend = "auto";

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps to measure, after those that warm up (default: ${DEFAULT-VALUE}).")
  private int steps = 15;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description =
          "Training steps, and forward passes, before those that are measured; up to four"
              + " times as many while the JIT compiles (default:"
              + " ${DEFAULT-VALUE}).")
  private double warmUp = StepBenchmark.WARM_UP;

  @Option(
      names = "--operations",
      description = "Also list where a training step's time goes, operation by operation.")
  private boolean operations;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (steps < 1) {
      throw new InputException("--steps is %d, but must be at least 1.".formatted(steps));
    }
    BenchConfig measured = BenchConfig.defaults();
    if (config != null) {
      try {
        measured = measured.with(ConfigFile.values(config));
      } catch (InputException e) {
        throw new InputException("%s: %s".formatted(config, e.getMessage()), e);
      }
    }
    try (Backend device = open()) {
      BenchResult result;
      try (StepBenchmark benchmark = new StepBenchmark(measured, device)) {
        result = benchmark.run(steps, warmUp);
      }
      List<OperationTimes.Operation> slowest =
          operations ? operations(measured, device) : List.of();
      if (json) {
        JsonLines.write(switchyard.terminal().out(), BenchText.figures(result, slowest));
      } else {
        BenchText.lines(result, slowest).forEach(switchyard.terminal().out()::println);
      }
    }
    return Problems.DONE;
  }

  /** Measured apart, because to time each operation takes time itself. */
  private List<OperationTimes.Operation> operations(BenchConfig measured, Backend device) {
    OperationTimes times = new OperationTimes(device);
    try (StepBenchmark benchmark = new StepBenchmark(measured, times.timed())) {
      benchmark.train(FEW);
      times.reset();
      benchmark.train(steps);
      return times.perStep(steps);
    }
  }

  private Backend open() {
    try {
      return Backends.open(backend, ElementType.FLOAT32);
    } catch (IllegalArgumentException e) {
      throw new InputException(e.getMessage(), e);
    }
  }
}
