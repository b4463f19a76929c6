package dev.switchyard.engine.train;

import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.Safetensors;
import dev.switchyard.engine.store.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs to their end, and what is compared of them. */
final class MeshRuns {
  private MeshRuns() {}

  /**
   * What a run came to.
   *
   * @param weights of the last checkpoint's file by name
   */
  record Result(List<StepReport> reports, Map<String, float[]> weights) {

    /** The largest |a - b| / |a| of a loss, over all steps and both models. */
    double lossDeviation(Result other) {
      double largest = 0;
      for (int i = 0; i < reports.size(); i++) {
        StepReport mine = reports.get(i);
        StepReport theirs = other.reports.get(i);
        largest = Math.max(largest, relative(mine.model().loss(), theirs.model().loss()));
        if (mine.twin() != null) {
          largest = Math.max(largest, relative(mine.twin().loss(), theirs.twin().loss()));
        }
      }
      return largest;
    }

    /** The largest ||a - b|| / ||a|| of a tensor. */
    double weightDeviation(Result other) {
      double largest = 0;
      for (Map.Entry<String, float[]> each : weights.entrySet()) {
        float[] mine = each.getValue();
        float[] theirs = other.weights.get(each.getKey());
        double squares = 0;
        double difference = 0;
        for (int i = 0; i < mine.length; i++) {
          squares += (double) mine[i] * mine[i];
          difference += Math.pow((double) mine[i] - theirs[i], 2);
        }
        largest = Math.max(largest, Math.sqrt(difference / Math.max(squares, 1e-30)));
      }
      return largest;
    }

    /** Steps in which some expert was asked by another number of tokens, or another was dropped. */
    long stepsRoutedOtherwise(Result other) {
      long steps = 0;
      for (int i = 0; i < reports.size(); i++) {
        boolean same = true;
        for (int l = 0; l < reports.get(i).model().layers().size(); l++) {
          StepReport.LayerReport mine = reports.get(i).model().layers().get(l);
          StepReport.LayerReport theirs = other.reports.get(i).model().layers().get(l);
          same &= Math.abs(mine.droppedFraction() - theirs.droppedFraction()) < 1e-9;
          for (int e = 0; e < mine.load().length; e++) {
            same &= Math.abs(mine.load()[e] - theirs.load()[e]) < 1e-5;
          }
        }
        steps += same ? 0 : 1;
      }
      return steps;
    }
  }

  private static double relative(double a, double b) {
    return Math.abs(a - b) / Math.abs(a);
  }

  /** Trains to the end. */
  static Result train(RunConfig config, Path folder) {
    try (TrainingRun run = TrainingRuns.create(config, folder)) {
      return finish(run);
    }
  }

  static Result finish(TrainingRun run) {
    run.start();
    try {
      RunState state = run.await();
      if (state != RunState.FINISHED) {
        throw new AssertionError(run.failure().orElse("The run ended as " + state));
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    Path checkpoint = run.folder().resolve("checkpoints/step-" + run.step());
    Map<String, float[]> weights = new LinkedHashMap<>(weights(checkpoint, "model"));
    if (run.config().training().twin()) {
      weights(checkpoint, "twin").forEach((name, values) -> weights.put("twin." + name, values));
    }
    return new Result(run.reports(), weights);
  }

  /** All tensors of one of a checkpoint's files. */
  static Map<String, float[]> weights(Path checkpoint, String file) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    try (Safetensors stored = Safetensors.open(checkpoint.resolve(file + ".safetensors"))) {
      for (StoredTensor tensor : stored.tensors().values()) {
        MemorySegment bytes = MemorySegment.ofArray(stored.bytes(tensor));
        float[] values = new float[(int) tensor.elements()];
        for (int i = 0; i < values.length; i++) {
          values[i] = bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4L);
        }
        weights.put(tensor.name(), values);
      }
    }
    return weights;
  }
}
