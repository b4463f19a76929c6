package dev.switchyard.engine.moe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.cpu.CpuBackend;
import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.tensor.Bfloat16;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Selective precision (Switch Transformers, section 2.4): on activations of bfloat16 the router
 * decides as it would in float32. In bfloat16 throughout it does not.
 */
final class RouterPrecisionTest {
  private static final int TOKENS = 512;
  private static final int WIDTH = 32;
  private static final int EXPERTS = 16;

  private final Backend backend = new CpuBackend(2);
  private final Backend bfloat16 = backend.withBfloat16();
  private final SplittableRandom random = new SplittableRandom(7);
  private final float[] weights = numbers(EXPERTS * WIDTH, 0.3);
  private final float[] tokens = rounded(numbers(TOKENS * WIDTH, 1));

  @AfterEach
  void close() {
    bfloat16.close();
    backend.close();
  }

  private float[] numbers(int count, double scale) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (scale * random.nextGaussian());
    }
    return numbers;
  }

  private static float[] rounded(float[] values) {
    float[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] = Bfloat16.rounded(values[i]);
    }
    return result;
  }

  /** What the router makes of the tokens, which are bfloat16 numbers in any case. */
  private record Decided(
      int[] expert, float[] logits, float[] probabilities, float[] gate, ElementType inputType) {}

  private Decided route(Precision precision, double jitter) {
    Backend on = precision.isReduced() ? bfloat16 : backend;
    Pass pass = new Pass(on, on.arena(), true, 5, 7, ActivationObserver.NONE, precision);
    Router router =
        new Router(
            (start, names, shape) -> {
              Tensor value = backend.allocate(shape);
              backend.write(value, weights);
              return new Parameter(names, value, backend.allocate(shape));
            },
            "router",
            WIDTH,
            EXPERTS,
            RouterSites.of(new SwitchPlace(true, 1, SwitchPlace.Part.FEED_FORWARD)));
    Tensor x = pass.take(TOKENS, WIDTH);
    on.write(x, tokens);
    RoutingPlan plan = new RoutingPlan(1, TOKENS, EXPERTS, TOKENS);
    RoutingConfig config = new RoutingConfig(1, 1, 1, 1, jitter, 0, 0, true);
    Routing routing = Routing.of(pass, config, plan, null, null);
    Router.Saved saved = router.forward(pass, routing.exploration(), x);
    RoutingTally tally = RoutingTally.take(pass, 1, routing).row(0);
    Dispatch dispatch = routing.selection().route(pass, routing, saved, tally);
    return new Decided(
        on.ints(dispatch.expert()),
        on.floats(saved.logits()),
        on.floats(saved.probabilities()),
        on.floats(dispatch.gate()),
        saved.input().type());
  }

  private static int different(Decided one, Decided other) {
    return (int)
        IntStream.range(0, TOKENS).filter(t -> one.expert()[t] != other.expert()[t]).count();
  }

  @Test
  void selectiveDecidesAsFloat32DoesOnTheSameTokens() {
    for (double jitter : new double[] {0, 0.01}) {
      Decided exact = route(Precision.FLOAT32, jitter);
      Decided selective = route(Precision.SELECTIVE, jitter);
      assertThat(selective.inputType()).isEqualTo(ElementType.FLOAT32);
      assertThat(selective.expert()).containsExactly(exact.expert());
      assertThat(selective.logits()).containsExactly(exact.logits());
      assertThat(selective.probabilities()).containsExactly(exact.probabilities());
      assertThat(selective.gate()).containsExactly(exact.gate());
    }
  }

  @Test
  void bfloat16SendsTokensElsewhere() {
    Decided exact = route(Precision.FLOAT32, 0);
    Decided reduced = route(Precision.BFLOAT16, 0);
    assertThat(reduced.inputType()).isEqualTo(ElementType.BFLOAT16);
    assertThat(different(exact, reduced)).isPositive();
    assertThat(reduced.logits()).containsExactly(rounded(reduced.logits()));
    assertThat(reduced.probabilities()).containsExactly(rounded(reduced.probabilities()));
  }

  @Test
  void inBfloat16NearlyEqualExpertsTieAndTheFirstOneWins() {
    // Expert 5 is better than expert 2 by less than bfloat16 can tell apart.
    Arrays.fill(weights, 0);
    Arrays.fill(tokens, 1);
    for (int i = 0; i < WIDTH; i++) {
      weights[2 * WIDTH + i] = 0.25f;
      weights[5 * WIDTH + i] = i == 0 ? 0.25f + 0x1p-8f : 0.25f;
    }
    assertThat(route(Precision.FLOAT32, 0).expert()).containsOnly(5);
    assertThat(route(Precision.SELECTIVE, 0).expert()).containsOnly(5);
    assertThat(route(Precision.BFLOAT16, 0).expert()).containsOnly(2);
  }
}
