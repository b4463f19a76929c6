package dev.switchyard.app.command;

import dev.switchyard.app.terminal.BenchText;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.bench.BenchConfig;
import dev.switchyard.engine.bench.BenchResult;
import dev.switchyard.engine.bench.ExpertProducts;
import dev.switchyard.engine.bench.OperationTimes;
import dev.switchyard.engine.bench.StepBenchmark;
import dev.switchyard.engine.bench.SwitchLayerBenchmark;
import dev.switchyard.engine.bench.TracingCost;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private static final int MOST_STEPS = 1_000_000;
  private static final int LONGEST_WARM_UP = 3600;
  // A layer takes a small part of a step's time.
  private static final int PAIRS_FOR_A_STEP = 4;
  // Of blocks with and without tracing.
  private static final int PAIRS = 15;

  @ParentCommand private SwitchyardCommand switchyard;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "A JSON file: keys of a Hugging Face config.json, of the settings that train lists for"
            + " models and routing, and batch, input_length, target_length, precision, optimizer."
            + " What is left out is as without a file: 8 experts in every second of 4 + 4 blocks of"
            + " width 256, 16 rows of 128 + 32 tokens, capacity_factor 1.25 in each row."
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

  @Option(
      names = "--tracing",
      description =
          "Also how much slower training is while every token's way through every Switch layer is"
              + " traced: blocks of --steps steps with and without, in turns.")
  private boolean tracing;

  @Option(
      names = "--expert-products",
      description =
          "Also how long the products of a Switch layer's experts take, against plain batched"
              + " products of the same work.")
  private boolean expertProducts;

  @Option(
      names = "--layer",
      description =
          "Also how long a Switch layer takes, beside a dense layer of the same FLOPs: 4096 tokens,"
              + " capacity factor 1.0, forward and backward in float32, in turns.")
  private boolean layer;

  @Option(
      names = "--experts",
      paramLabel = "N,N",
      split = ",",
      description =
          "Measure a model with each of these numbers of experts, all else alike, and how much"
              + " longer the last one's step takes than the first one's, the update apart.")
  private List<Integer> experts = List.of();

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (steps < 1 || steps > MOST_STEPS) {
      throw new InputException(
          "--steps is %d, but must be between 1 and %d.".formatted(steps, MOST_STEPS));
    }
    if (!(warmUp >= 0 && warmUp <= LONGEST_WARM_UP)) {
      throw new InputException(
          "--warm-up is %s, but must be between 0 and %d seconds."
              .formatted(warmUp, LONGEST_WARM_UP));
    }
    BenchConfig measured = BenchConfig.defaults();
    if (config != null) {
      Map<String, Object> values = ConfigFile.values(config);
      try {
        measured = measured.with(values);
      } catch (InputException e) {
        throw new InputException("%s: %s".formatted(config, e.getMessage()), e);
      }
    }
    boolean more = tracing || expertProducts || layer || operations;
    if (!experts.isEmpty() && (experts.size() < 2 || more)) {
      throw new InputException(
          "--experts takes two or more numbers, such as 8,128, and goes with none of --tracing,"
              + " --expert-products, --layer and --operations.");
    }
    // Known before minutes of measuring.
    if (layer) {
      SwitchLayerBenchmark.check(measured.model());
    }
    List<BenchConfig> byExperts = new ArrayList<>();
    for (int number : experts) {
      byExperts.add(measured.with(Map.of("num_experts", number)));
    }
    try (Backend device = open()) {
      if (experts.isEmpty()) {
        measure(measured, device);
      } else {
        compareExperts(byExperts, device);
      }
    }
    return Problems.DONE;
  }

  private void measure(BenchConfig measured, Backend device) {
    BenchResult result;
    TracingCost cost = null;
    try (StepBenchmark benchmark = new StepBenchmark(measured, device)) {
      result = benchmark.run(steps, warmUp);
      if (tracing) {
        cost = benchmark.tracing(PAIRS, steps, warmUp);
      }
    }
    ExpertProducts products =
        expertProducts ? StepBenchmark.expertProducts(measured, device, steps) : null;
    SwitchLayerBenchmark.Result beside = layer ? besideDense(measured, device) : null;
    List<OperationTimes.Operation> slowest = operations ? operations(measured, device) : List.of();
    if (json) {
      Map<String, Object> figures = BenchText.figures(result, slowest);
      if (cost != null) {
        figures.put("tracing", BenchText.figures(cost));
      }
      if (products != null) {
        figures.put("expert_products", BenchText.figures(products));
      }
      if (beside != null) {
        figures.put("layer", BenchText.figures(beside));
      }
      JsonLines.write(switchyard.terminal().out(), figures);
      return;
    }
    BenchText.lines(result, slowest).forEach(this::print);
    if (cost != null) {
      print(BenchText.line(cost));
    }
    if (products != null) {
      print(BenchText.line(products));
    }
    if (beside != null) {
      print(BenchText.line(beside));
    }
  }

  /** One after the other: two large models would not fit beside each other. */
  private void compareExperts(List<BenchConfig> byExperts, Backend device) {
    List<BenchResult> results = new ArrayList<>();
    for (BenchConfig one : byExperts) {
      try (StepBenchmark benchmark = new StepBenchmark(one, device)) {
        results.add(benchmark.run(steps, warmUp));
      }
      if (!json) {
        BenchText.lines(results.getLast(), List.of()).forEach(this::print);
        print("");
      }
    }
    if (json) {
      JsonLines.write(switchyard.terminal().out(), BenchText.scalingFigures(results));
    } else {
      print(BenchText.scalingLine(results));
    }
  }

  private void print(String line) {
    switchyard.terminal().out().println(line);
  }

  private SwitchLayerBenchmark.Result besideDense(BenchConfig measured, Backend device) {
    try (SwitchLayerBenchmark benchmark = new SwitchLayerBenchmark(measured.model(), device)) {
      return benchmark.run(PAIRS_FOR_A_STEP * steps, warmUp);
    }
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
