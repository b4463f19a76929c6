package dev.switchyard.app.terminal;

import dev.switchyard.engine.bench.BenchConfig;
import dev.switchyard.engine.bench.BenchResult;
import dev.switchyard.engine.bench.ExpertProducts;
import dev.switchyard.engine.bench.OperationTimes.Operation;
import dev.switchyard.engine.bench.SwitchLayerBenchmark;
import dev.switchyard.engine.bench.TracingCost;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A benchmark's figures for people and for machines. */
public final class BenchText {
  private BenchText() {}

  /**
   * Some lines that say what was measured, on what, and how fast it was.
   *
   * @param operations a line for each
   */
  public static List<String> lines(BenchResult result, List<Operation> operations) {
    List<String> lines = new ArrayList<>(lines(result));
    for (Operation operation : operations) {
      lines.add(
          "%10s ms %5.0f x  %s"
              .formatted(Figures.millis(operation.millis()), operation.calls(), operation.name()));
    }
    return lines;
  }

  private static List<String> lines(BenchResult result) {
    ModelConfig model = result.config().model();
    return List.of(
        result.device(),
        "model     %s parameters, d_model %d, d_ff %d, %d + %d blocks, %d experts"
            .formatted(
                Figures.count(result.parameters()),
                model.dModel(),
                model.dFf(),
                model.isEncoderDecoder() ? model.numLayers() : 0,
                model.numDecoderLayers(),
                model.numExperts()),
        "batch     %d rows of %d + %d tokens, capacity factor %s, %s dropped"
            .formatted(
                result.config().workload().batch(),
                model.isEncoderDecoder() ? result.config().workload().inputLength() : 0,
                result.config().workload().targetLength(),
                Figures.factor(result.config().routing().capacityFactor()),
                Figures.percent(result.droppedFraction())),
        "training  %s ms a step: forward %s, backward %s, update %s; %s tokens/s"
            .formatted(
                Figures.millis(result.stepMillis()),
                Figures.millis(result.forwardMillis()),
                Figures.millis(result.backwardMillis()),
                Figures.millis(result.updateMillis()),
                Figures.count(Math.round(result.tokensPerSecond()))),
        "forward   %s ms alone; %s tokens/s"
            .formatted(
                Figures.millis(result.inferenceMillis()),
                Figures.count(Math.round(result.inferenceTokensPerSecond()))),
        "products  %s: %s GFLOP/s in %s at best; the step reaches %s of it"
            .formatted(
                result.productKernels(),
                Figures.count(Math.round(result.peakFlops() / 1e9)),
                productType(result),
                Figures.percent(result.shareOfPeak())),
        "heap      %s allocated a step".formatted(Figures.bytes(result.heapBytes())));
  }

  /** The same for machines, by snake_case name. */
  public static Map<String, Object> figures(BenchResult result, List<Operation> operations) {
    BenchConfig config = result.config();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("device", result.device());
    figures.put("product_kernels", result.productKernels());
    figures.put("parameters", result.parameters());
    figures.put("steps", result.steps());
    figures.put("step_ms", result.stepMillis());
    figures.put("forward_ms", result.forwardMillis());
    figures.put("backward_ms", result.backwardMillis());
    figures.put("update_ms", result.updateMillis());
    figures.put("inference_ms", result.inferenceMillis());
    figures.put("tokens_per_second", result.tokensPerSecond());
    figures.put("inference_tokens_per_second", result.inferenceTokensPerSecond());
    figures.put("gemm_peak_gflops", result.peakFlops() / 1e9);
    figures.put("gemm_peak_type", productType(result));
    figures.put("step_gflop", result.stepFlop() / 1e9);
    figures.put("share_of_peak", result.shareOfPeak());
    figures.put("heap_bytes_per_step", result.heapBytes());
    figures.put("dropped_fraction", result.droppedFraction());
    if (!operations.isEmpty()) {
      figures.put(
          "operations",
          operations.stream()
              .map(o -> Map.of("name", o.name(), "calls", o.calls(), "ms", o.millis()))
              .toList());
    }
    figures.put("workload", SettingsRecord.values(config.workload()));
    figures.put("model", SettingsRecord.values(config.model()));
    figures.put("routing", SettingsRecord.values(config.routing()));
    return figures;
  }

  private static String productType(BenchResult result) {
    return result.config().workload().precision().equals("float32") ? "float32" : "bfloat16";
  }

  /** What tracing costs, in a line. */
  public static String line(TracingCost cost) {
    return ("tracing   %s ms a step with every token's way, %s without: %s slower;"
            + " %d traces of %s numbers, %d left out")
        .formatted(
            Figures.millis(cost.tracedStepMillis()),
            Figures.millis(cost.stepMillis()),
            Figures.percent(cost.slowDown()),
            cost.traces(),
            Figures.count(cost.numbersOfTrace()),
            cost.skipped());
  }

  /** The same for machines. */
  public static Map<String, Object> figures(TracingCost cost) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("pairs", cost.pairs());
    figures.put("steps_of_block", cost.stepsOfBlock());
    figures.put("step_ms", cost.stepMillis());
    figures.put("traced_step_ms", cost.tracedStepMillis());
    figures.put("slow_down", cost.slowDown());
    figures.put("traces", cost.traces());
    figures.put("skipped", cost.skipped());
    figures.put("numbers_of_trace", cost.numbersOfTrace());
    return figures;
  }

  /** How the experts' products compare with plain ones, in a line. */
  public static String line(ExpertProducts products) {
    return ("experts   %s ms for the six products of %d experts with %d slots,"
            + " %s for six plain ones: ratio %s")
        .formatted(
            Figures.millis(products.millis()),
            products.experts(),
            products.slots(),
            Figures.millis(products.plainMillis()),
            Figures.factor(products.ratio()));
  }

  /** The same for machines. */
  public static Map<String, Object> figures(ExpertProducts products) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("experts", products.experts());
    figures.put("slots", products.slots());
    figures.put("products_ms", products.millis());
    figures.put("plain_products_ms", products.plainMillis());
    figures.put("ratio", products.ratio());
    return figures;
  }

  /** How a Switch layer compares with a dense one, in a line. */
  public static String line(SwitchLayerBenchmark.Result layer) {
    return "layer     %s ms with %d experts, %s dense with the same FLOPs: ratio %.2f"
        .formatted(
            Figures.millis(layer.switchMillis()),
            layer.experts(),
            Figures.millis(layer.denseMillis()),
            layer.switchOverDense());
  }

  /** The same for machines. */
  public static Map<String, Object> figures(SwitchLayerBenchmark.Result layer) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("experts", layer.experts());
    figures.put("tokens", layer.tokens());
    figures.put("switch_ms", layer.switchMillis());
    figures.put("dense_ms", layer.denseMillis());
    figures.put("ratio", layer.switchOverDense());
    return figures;
  }

  /** How the step's time changes with the number of experts, in a line. */
  public static String scalingLine(List<BenchResult> results) {
    return "experts   a step without its update takes %s times as long with %d experts as with %d"
        .formatted(
            Figures.factor(scaling(results)),
            results.getLast().config().model().numExperts(),
            results.getFirst().config().model().numExperts());
  }

  /** The same for machines: all results, and the last one's time over the first one's. */
  public static Map<String, Object> scalingFigures(List<BenchResult> results) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("step_without_update_ratio", scaling(results));
    figures.put("by_experts", results.stream().map(r -> figures(r, List.of())).toList());
    return figures;
  }

  private static double scaling(List<BenchResult> results) {
    return withoutUpdate(results.getLast()) / withoutUpdate(results.getFirst());
  }

  private static double withoutUpdate(BenchResult result) {
    return result.forwardMillis() + result.backwardMillis();
  }
}
