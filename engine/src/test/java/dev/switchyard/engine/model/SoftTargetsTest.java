package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.SoftTargets;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model learns from a teacher's probabilities, against central differences and by hand. */
final class SoftTargetsTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final SwitchTransformer teacher = model(Map.of(), 1);
  private final SwitchTransformer student =
      model(Map.of("encoder_sparse_step", 0, "decoder_sparse_step", 0), 2);

  private SwitchTransformer model(Map<String, ?> shape, long seed) {
    return new SwitchTransformer(
        TinyModel.config(shape), TinyModel.routing(Map.of()), backend, seed);
  }

  private SoftTargets targets(double share, double temperature) {
    return new SoftTargets(
        teacher.probabilities(TinyModel.batch(), temperature), share, temperature);
  }

  private double loss(SoftTargets targets) {
    return student.forwardBackward(TinyModel.batch(), 1, 1, targets).loss();
  }

  @Test
  void theLossMixesTruthAndTeacherAndIgnoresPadding() {
    Batch batch = TinyModel.batch();
    int width = student.config().vocabSize();
    float[] z = student.logits(batch);
    float[] t = teacher.logits(batch);
    double temperature = 2;
    double share = 0.25;
    double truth = 0;
    double taught = 0;
    int count = 0;
    for (int place = 0; place < batch.labels().length; place++) {
      if (batch.labels()[place] >= 0) {
        double[] p = softmax(z, place * width, width, 1);
        double[] soft = softmax(z, place * width, width, temperature);
        double[] q = softmax(t, place * width, width, temperature);
        truth -= Math.log(p[batch.labels()[place]]);
        for (int i = 0; i < width; i++) {
          taught -= q[i] * Math.log(soft[i]);
        }
        count++;
      }
    }
    double want = ((1 - share) * truth + share * temperature * temperature * taught) / count;
    // The logits were read as floats.
    assertThat(loss(targets(share, temperature))).isCloseTo(want, within(1e-5));
  }

  private static double[] softmax(float[] logits, int from, int width, double temperature) {
    double[] p = new double[width];
    double sum = 0;
    for (int i = 0; i < width; i++) {
      p[i] = Math.exp(logits[from + i] / temperature);
      sum += p[i];
    }
    for (int i = 0; i < width; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @ParameterizedTest
  @CsvSource({"0.25, 1", "0.5, 3", "1, 1"})
  void everyGradientIsTheSlopeOfTheLoss(double share, double temperature) {
    SoftTargets targets = targets(share, temperature);
    student.zeroGradients();
    loss(targets);
    // Every further pass adds to them.
    List<double[]> gradients =
        student.parameters().stream().map(p -> backend.doubles(p.gradient())).toList();
    for (int i = 0; i < gradients.size(); i++) {
      Parameter parameter = student.parameters().get(i);
      double[] gradient = gradients.get(i);
      int at = gradient.length / 2;
      double slope = shifted(parameter, at, 1e-5, targets) - shifted(parameter, at, -1e-5, targets);
      assertThat(gradient[at])
          .as(parameter.name())
          .isCloseTo(slope / 2e-5, within(1e-7 + 1e-5 * Math.abs(gradient[at])));
    }
  }

  private double shifted(Parameter parameter, int at, double by, SoftTargets targets) {
    Tensor value = parameter.value();
    double[] before = backend.doubles(value);
    double[] after = before.clone();
    after[at] += by;
    backend.write(value, MemorySegment.ofArray(after));
    double loss = loss(targets);
    backend.write(value, MemorySegment.ofArray(before));
    return loss;
  }

  @Test
  void aTeacherWithoutAShareChangesNothing() {
    double alone = student.forwardBackward(TinyModel.batch(), 1, 1).loss();
    assertThat(loss(targets(0, 1))).isEqualTo(alone);
  }
}
