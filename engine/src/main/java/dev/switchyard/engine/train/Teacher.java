package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.evaluate.HeldOutEvaluator;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.SoftTargets;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Distillation;
import dev.switchyard.engine.observe.Evaluation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained model that another one learns from, on the same device. Its weights don't change, and
 * it computes as in evaluation: without dropout and jitter, and with the capacity of evaluation.
 */
final class Teacher implements AutoCloseable {
  private final SwitchTransformer model;
  private final DistillationConfig config;
  private double crossEntropy = Double.NaN;

  /**
   * A teacher.
   *
   * @param model closed with the teacher
   */
  Teacher(SwitchTransformer model, DistillationConfig config) {
    this.model = model;
    this.config = config;
  }

  /** What there is to learn from it of a batch; until it is asked again. */
  SoftTargets targets(Batch batch) {
    double temperature = config.teacherTemperature();
    return new SoftTargets(
        model.probabilities(batch, temperature), config.teacherShare(), temperature);
  }

  /**
   * Gives a model the weights that this one has by the same name and shape: all but those of
   * experts, routers, and of feed-forward layers that are experts here.
   *
   * @return how many parameters
   */
  int startOff(SwitchTransformer student) {
    Backend backend = model.backend();
    Map<List<String>, Parameter> own = new HashMap<>();
    model.parameters().forEach(parameter -> own.put(parameter.names(), parameter));
    int taken = 0;
    for (Parameter parameter : student.parameters()) {
      Parameter same = own.get(parameter.names());
      if (same != null && Arrays.equals(same.value().shape(), parameter.value().shape())) {
        backend.copy(same.value(), parameter.value());
        taken++;
      }
    }
    return taken;
  }

  /**
   * How much of what it knows its student has learned.
   *
   * @param heldOut the text of the evaluation, always the same
   * @param evaluation of the student, and of a twin that learned from the text alone
   */
  Distillation measure(HeldOutEvaluator heldOut, Evaluation evaluation, SwitchTransformer student) {
    if (Double.isNaN(crossEntropy)) {
      crossEntropy = heldOut.crossEntropy(model);
    }
    return Distillation.of(
        evaluation.model().crossEntropy(),
        evaluation.twin() == null ? Double.NaN : evaluation.twin().crossEntropy(),
        crossEntropy,
        student.parameterCount(),
        model.parameterCount());
  }

  @Override
  public void close() {
    model.close();
  }
}
