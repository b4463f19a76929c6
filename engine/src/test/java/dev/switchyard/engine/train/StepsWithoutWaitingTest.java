package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.backend.cuda.EmulatedMachine;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.RoutingTracer;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.StepRouting;
import dev.switchyard.engine.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A training step on a GPU waits once, for the gradient's norm; its figures, and each token's way,
 * cross to the host beside the work.
 */
final class StepsWithoutWaitingTest {
  private static final int ROWS = 2;
  private static final int INPUTS = 12;
  private static final int TARGETS = 6;
  private static final int STEPS = 6;

  private static ModelConfig shape() {
    return SettingsRecord.with(
        ModelConfig.defaults(),
        Map.of(
            "vocab_size",
            50,
            "d_model",
            16,
            "d_kv",
            8,
            "d_ff",
            32,
            "num_heads",
            2,
            "num_layers",
            2,
            "num_decoder_layers",
            2,
            "num_experts",
            4,
            "dropout_rate",
            0));
  }

  private static RoutingConfig routing() {
    return SettingsRecord.with(
        RoutingConfig.defaults(),
        Map.of("router_jitter_noise", 0, "capacity_factor", 1, "eval_capacity_factor", 1));
  }

  private static Batch batch() {
    Random random = new Random(3);
    int[] inputs = random.ints(ROWS * INPUTS, 2, 50).toArray();
    int[] labels = random.ints(ROWS * TARGETS, 2, 50).toArray();
    int[] ones = new int[ROWS * INPUTS];
    Arrays.fill(ones, 1);
    return new Batch(
        ROWS,
        INPUTS,
        TARGETS,
        inputs,
        new int[labels.length],
        labels,
        ones,
        Arrays.copyOf(ones, labels.length));
  }

  @Test
  void tracesOfStepsAreWhatIsReadAndNoStepWaitsForThem() {
    try (EmulatedMachine machine = new EmulatedMachine();
        Backend backend = Backends.open("cuda", ElementType.FLOAT32);
        SwitchTransformer model = new SwitchTransformer(shape(), routing(), backend, 1)) {
      Learner learner = new Learner("model", model, TrainingConfig.defaults());
      Batch batch = batch();
      List<StepRouting> seen = new ArrayList<>();
      List<List<LayerRouting>> expected = new ArrayList<>();
      RoutingTracer tracer = new RoutingTracer(seen::add);
      for (int step = 1; step <= STEPS; step++) {
        model.traceTraining(null);
        expected.add(model.trace(batch, null).layers());
        model.traceTraining(step > 1 ? tracer : null);
        long before = machine.waits();
        learner.compute(batch, step);
        learner.update(step, 1e-3);
        assertThat(machine.waits() - before).as("waits of step %d", step).isEqualTo(1);
      }
      assertThat(seen).as("handed out while training goes on").isNotEmpty();
      tracer.finish();
      assertThat(seen.stream().map(StepRouting::step)).containsExactly(2L, 3L, 4L, 5L, 6L);
      assertThat(tracer.skipped()).isZero();
      for (StepRouting trace : seen) {
        assertSame(trace, expected.get((int) trace.step() - 1));
      }
      learner.close();
    }
  }

  private static void assertSame(StepRouting trace, List<LayerRouting> expected) {
    assertThat(trace.layers()).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      StepRouting.Layer layer = trace.layers().get(i);
      LayerRouting read = expected.get(i);
      assertThat(layer.name()).isEqualTo(read.name());
      assertThat(layer.capacity()).isEqualTo(read.capacity());
      assertThat(layer.expert()).isEqualTo(read.expert());
      assertThat(layer.gate()).isEqualTo(read.gate());
      assertThat(layer.position()).isEqualTo(read.position());
      for (int token = 0; token < read.kept().length; token++) {
        assertThat(layer.slot()[token] >= 0).isEqualTo(read.kept()[token]);
      }
    }
  }
}
