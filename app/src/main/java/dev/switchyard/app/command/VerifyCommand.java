package dev.switchyard.app.command;

import dev.switchyard.app.terminal.BenchText;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.terminal.VerifyText;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.bench.BenchConfig;
import dev.switchyard.engine.bench.BenchResult;
import dev.switchyard.engine.bench.ExpertProducts;
import dev.switchyard.engine.bench.StepBenchmark;
import dev.switchyard.engine.bench.TracingCost;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.verify.Finding;
import dev.switchyard.engine.verify.Verification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard verify}. */
@Command(
    name = "verify",
    description = {
      "Tests a backend on this machine: every operation, forward and backward, and a whole"
          + " training step, against the cpu backend on random shapes (the cpu backend itself"
          + " against nd4j), with the largest deviations; then times training steps.",
      "Deviations are shares of the largest number of a result, and may be 1e-5 in float32 and 1e-2"
          + " in bfloat16. The exit code is 1 where one is larger."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class VerifyCommand implements Callable<Integer> {
  private static final List<String> PRECISIONS = List.of("float32", "selective");
  private static final double SECONDS_TO_WARM_UP = 2;
  private static final int PAIRS = 5;
  // More than these need much memory: bench --experts takes any.
  private static final List<Integer> EXPERTS = List.of(8, 32);

  @ParentCommand private SwitchyardCommand switchyard;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "auto (the best that works here), cuda, cpu or nd4j (default: ${DEFAULT-VALUE}).")
  private String backend = "auto";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of shapes and numbers (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Cases of each operation (default: ${DEFAULT-VALUE}).")
  private int rounds = 10;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Training steps to time; 0: none (default: ${DEFAULT-VALUE}).")
  private int steps = 10;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (rounds < 1 || steps < 0) {
      throw new InputException("--rounds must be at least 1, and --steps at least 0.");
    }
    try (Backend tested = open(backend);
        Backend reference = open(tested.name().equals("cpu") ? "nd4j" : "cpu")) {
      print(VerifyText.heading(tested, reference, seed));
      Consumer<Finding> show = finding -> print(VerifyText.line(finding));
      List<Finding> findings = new Verification(tested, reference, seed, rounds).run(show);
      print(VerifyText.verdict(findings));
      List<BenchResult> times = new ArrayList<>();
      if (steps > 0 && findings.stream().allMatch(finding -> finding.problem().isEmpty())) {
        for (String precision : PRECISIONS) {
          BenchResult result = timed(tested, precision);
          times.add(result);
          print("");
          print("training in " + precision);
          BenchText.lines(result, List.of()).forEach(this::print);
        }
      }
      if (json) {
        Map<String, Object> figures = VerifyText.figures(tested, reference, seed, findings, times);
        if (!times.isEmpty()) {
          figures.putAll(comparisons(tested));
        }
        JsonLines.write(switchyard.terminal().out(), figures);
      } else if (!times.isEmpty()) {
        comparisons(tested);
      }
      return findings.stream().allMatch(Finding::passed) ? Problems.DONE : Problems.FAILED;
    }
  }

  /** What a change of the work costs, in the smallest precision: shown, and by name. */
  private Map<String, Object> comparisons(Backend tested) {
    BenchConfig config = BenchConfig.defaults().with(Map.of("precision", PRECISIONS.getLast()));
    Map<String, Object> figures = new LinkedHashMap<>();
    print("");
    print("compared, in " + PRECISIONS.getLast());
    try (StepBenchmark benchmark = new StepBenchmark(config, tested)) {
      TracingCost tracing = benchmark.tracing(PAIRS, steps, SECONDS_TO_WARM_UP);
      print(BenchText.line(tracing));
      figures.put("tracing", BenchText.figures(tracing));
    }
    ExpertProducts products = StepBenchmark.expertProducts(config, tested, steps);
    print(BenchText.line(products));
    figures.put("expert_products", BenchText.figures(products));
    List<BenchResult> results = new ArrayList<>();
    for (int experts : EXPERTS) {
      try (StepBenchmark benchmark =
          new StepBenchmark(config.with(Map.of("num_experts", experts)), tested)) {
        results.add(benchmark.run(steps, SECONDS_TO_WARM_UP));
      }
    }
    print(BenchText.scalingLine(results));
    figures.put("scaling", BenchText.scalingFigures(results));
    return figures;
  }

  private BenchResult timed(Backend tested, String precision) {
    BenchConfig config = BenchConfig.defaults().with(Map.of("precision", precision));
    try (StepBenchmark benchmark = new StepBenchmark(config, tested)) {
      return benchmark.run(steps, SECONDS_TO_WARM_UP);
    }
  }

  private void print(String line) {
    if (!json) {
      switchyard.terminal().out().println(line);
    }
  }

  private static Backend open(String name) {
    try {
      return Backends.open(name, ElementType.FLOAT32);
    } catch (IllegalArgumentException e) {
      throw new InputException(e.getMessage(), e);
    }
  }
}
