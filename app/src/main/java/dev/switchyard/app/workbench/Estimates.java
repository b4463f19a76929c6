package dev.switchyard.app.workbench;

import dev.switchyard.engine.data.Objective;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.model.ComputeCost;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.ExpertShape;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench.Estimate;
import dev.switchyard.engine.train.Workbench.RunSummary;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run will need. Parameters are exact; memory is what weights, gradients and optimizer take,
 * and about what activations take; time is inferred from what the runs on this machine reached,
 * before there is one roughly from {@link FirstPace}, and unknown before that is measured.
 */
final class Estimates {
  private static final int BYTES = 4;

  /** A backward pass takes about two forward passes. */
  private static final int PASSES = 3;

  /** A run of fewer steps has mostly warmed up. */
  private static final long STEPS_TO_JUDGE_BY = 20;

  private final Home home;
  private final FirstPace first;

  Estimates(Home home) {
    this.home = home;
    this.first = new FirstPace(home);
  }

  /** See {@link dev.switchyard.engine.train.Workbench#measurePace}. */
  void measurePace(RunConfig config) {
    first.measure(config.training());
  }

  /**
   * The estimate for a run.
   *
   * @param config as a run has it: checked, with the vocabulary's size
   */
  Estimate of(RunConfig config) {
    Load load = Load.of(config);
    long parameters = SwitchTransformer.parameterCount(load.model(), config.routing());
    boolean hasTwin = config.training().twin();
    long twin = hasTwin ? SwitchTransformer.parameterCount(load.model().denseTwin()) : 0;
    double activations =
        load.activations(load.model()) + (hasTwin ? load.activations(load.model().denseTwin()) : 0);
    Optional<Double> reached = flopsPerSecond();
    Optional<Double> pace = reached.or(() -> first.remembered(config.training()));
    return new Estimate(
        parameters,
        twin,
        BYTES * (copies(config) * (parameters + twin) + activations + teacher(config)),
        load.flops() * (hasTwin ? 2 : 1) / pace.orElse(Double.NaN),
        reached.isEmpty());
  }

  /** Floats of a teacher, which has weights alone. */
  private static double teacher(RunConfig config) {
    if (!config.distillation().hasTeacher()) {
      return 0;
    }
    Path folder = Path.of(config.distillation().teacher());
    ModelDescription teacher = ModelFolder.open(folder).description();
    return SwitchTransformer.parameterCount(teacher.model(), teacher.routing());
  }

  /** Weights and gradients; AdamW's two moments, or Adafactor's rows and columns, which are few. */
  private static double copies(RunConfig config) {
    return config.training().optimizer().equals("adamw") ? 4 : 2;
  }

  /** What the newest run of some length reached here. */
  private Optional<Double> flopsPerSecond() {
    return RunSummaries.in(home.runs()).stream()
        .filter(run -> run.step() >= STEPS_TO_JUDGE_BY)
        .map(RunSummary::folder)
        .findFirst()
        .flatMap(Estimates::reached);
  }

  private static Optional<Double> reached(Path run) {
    Optional<StepReport> last = RunHistory.lastReport(run);
    double seconds = last.map(report -> report.model().seconds()).orElse(0.0);
    return seconds > 0
        ? Optional.of(Load.of(RunSummaries.config(run)).flops() * last.get().step() / seconds)
        : Optional.empty();
  }

  /**
   * What one step has to do.
   *
   * @param config of the run
   * @param model with the vocabulary's size
   * @param rows in a micro-batch
   * @param inputLength tokens of a row that the encoder reads
   * @param targetLength tokens of a row that the decoder writes
   */
  private record Load(
      RunConfig config, ModelConfig model, double rows, int inputLength, int targetLength) {

    static Load of(RunConfig config) {
      try (Tokenizer tokenizer = Tokenizers.open(config.data().tokenizer())) {
        Objective objective =
            Objective.of(config.data(), tokenizer, config.model().isEncoderDecoder());
        double rows = (double) config.training().batchSize() / config.training().microBatches();
        return new Load(
            config, config.model(), rows, objective.inputLength(), objective.targetLength());
      }
    }

    /** Floating-point operations of one model's step. */
    double flops() {
      return PASSES
          * config.training().microBatches()
          * ComputeCost.of(model)
              .forward((long) (rows * inputLength), (long) (rows * targetLength));
    }

    /** Floats that a model's step keeps, forward and backward. */
    double activations(ModelConfig shape) {
      double floats = 2 * rows * targetLength * shape.vocabSize();
      for (int block = 0; block < shape.numDecoderLayers(); block++) {
        floats += block(shape, false, block, targetLength, targetLength);
        if (shape.isEncoderDecoder()) {
          floats += attention(shape, targetLength, inputLength);
        }
      }
      for (int block = 0; shape.isEncoderDecoder() && block < shape.numLayers(); block++) {
        floats += block(shape, true, block, inputLength, inputLength);
      }
      return floats;
    }

    private double block(ModelConfig shape, boolean encoder, int block, int queries, int keys) {
      double tokens = rows * queries;
      double feedForward =
          tokens * (4.0 * shape.dModel() + 3.0 * shape.feedForwardWidth(encoder, block));
      double others = 0;
      if (shape.isSparse(encoder, block)) {
        others += tokens * (2.0 * shape.dModel() + 3.0 * shape.sharedExpertDFf());
        feedForward =
            feedForward * Math.max(1, config.routing().capacityFactor())
                + tokens * (2.0 * shape.dModel() + 4.0 * shape.numExperts());
      }
      if (shape.hasSwitchAttention(block)) {
        others += switchAttention(shape, tokens);
      }
      return attention(shape, queries, keys) + feedForward + others;
    }

    /** Slots, hidden layers and probabilities of the two Switch layers in attention. */
    private double switchAttention(ModelConfig shape, double tokens) {
      ExpertShape expert = shape.attentionExpert();
      double slots = tokens * Math.max(1, config.routing().capacityFactor());
      return 2
          * (slots * (2.0 * expert.in() + 3.0 * expert.hidden() + 2.0 * expert.out())
              + tokens * 4.0 * shape.numExperts());
    }

    /** Queries, keys, values, mixtures and their gradients; the weights of each head. */
    private double attention(ModelConfig shape, int queries, int keys) {
      double width = shape.attentionWidth();
      return rows
          * (queries * (4.0 * shape.dModel() + 4 * width)
              + keys * 4 * width
              + (double) shape.numHeads() * queries * keys);
    }
  }
}
