package dev.switchyard.engine.verify;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a backend against another: every operation, forward and backward, in float32 and in
 * bfloat16, and a whole training step, on random shapes and numbers that follow from a seed.
 */
public final class Verification {
  /** What float32 results may deviate: it keeps 6e-8, and long sums lose two digits of that. */
  public static final double FLOAT32_BOUND = 1e-5;

  /** What bfloat16 results may deviate: a unit in the last place is 0.8% of a number at most. */
  public static final double BFLOAT16_BOUND = 1e-2;

  private static final Logger LOG = LoggerFactory.getLogger(Verification.class);
  private static final String FLOAT32 = "float32";
  private static final String BFLOAT16 = "bfloat16";

  private final Backend backend;
  private final Backend reference;
  private final long seed;
  private final int rounds;

  /**
   * A backend against a reference, both in FLOAT32; their opener closes them.
   *
   * @param seed of shapes and numbers
   * @param rounds how often each operation is computed
   */
  public Verification(Backend backend, Backend reference, long seed, int rounds) {
    this.backend = backend;
    this.reference = reference;
    this.seed = seed;
    this.rounds = rounds;
  }

  /**
   * Runs all.
   *
   * @param listener hears of each finding as soon as it is there
   */
  public List<Finding> run(Consumer<Finding> listener) {
    List<Finding> findings = new ArrayList<>();
    Consumer<Finding> both =
        finding -> {
          findings.add(finding);
          listener.accept(finding);
        };
    for (OperationCase operation : OperationCase.values()) {
      Operation of = new Operation(operation.name(), operation::run, operation.scale());
      both.accept(compared(of, FLOAT32, FLOAT32_BOUND, backend, reference));
    }
    try (Backend reduced = backend.withBfloat16();
        Backend expected = reference.withBfloat16()) {
      for (OperationCase operation : OperationCase.values()) {
        Operation of = new Operation(operation.name(), operation::run, operation.roundedScale());
        both.accept(compared(of, BFLOAT16, BFLOAT16_BOUND, reduced, expected));
      }
      for (MixedCase operation : MixedCase.values()) {
        Operation of =
            new Operation(
                operation.name() + " beside float32 weights", operation::run, operation.scale());
        both.accept(compared(of, BFLOAT16, BFLOAT16_BOUND, reduced, expected));
      }
    }
    step(Precision.FLOAT32, FLOAT32_BOUND).forEach(both);
    step(Precision.SELECTIVE, BFLOAT16_BOUND).forEach(both);
    return List.copyOf(findings);
  }

  private record Operation(
      String name, BiFunction<Backend, Draw, List<Tensor>> run, double scale) {}

  private Finding compared(
      Operation operation, String precision, double bound, Backend on, Backend than) {
    String name = words(operation.name());
    double largest = 0;
    for (int round = 0; round < rounds; round++) {
      try (BorrowedMemory mine = new BorrowedMemory(on);
          BorrowedMemory others = new BorrowedMemory(than)) {
        List<Tensor> found = operation.run().apply(mine.backend(), draw(round));
        List<Tensor> expected = operation.run().apply(others.backend(), draw(round));
        for (int i = 0; i < expected.size(); i++) {
          largest =
              Math.max(
                  largest,
                  Deviation.largest(
                      on.floats(found.get(i)), than.floats(expected.get(i)), operation.scale()));
        }
      } catch (InputException e) {
        return new Finding(name, precision, round, largest, bound, e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("{} in {}", name, precision, e);
        return new Finding(name, precision, round, largest, bound, e.toString());
      }
    }
    return new Finding(name, precision, rounds, largest, bound, "");
  }

  private Draw draw(int round) {
    // Java's generators begin alike for seeds that are near each other; these are not.
    return new Draw(RandomKey.bits(seed, round));
  }

  /** "GATED_UNITS beside ..." as "gated units beside ...". */
  private static String words(String name) {
    return name.replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  private List<Finding> step(Precision precision, double bound) {
    String name = precision.toString();
    try {
      TrainedStep found = TrainedStep.on(backend, seed, precision);
      TrainedStep expected = TrainedStep.on(reference, seed, precision);
      double gradient =
          precision == Precision.FLOAT32
              ? found.gradientDeviation(expected)
              : Deviation.relative(found.gradientNorm(), expected.gradientNorm());
      return List.of(
          step("loss", name, Deviation.relative(found.loss(), expected.loss()), bound),
          step("gradient", name, gradient, bound),
          step(
              "loss after an update",
              name,
              Deviation.relative(found.nextLoss(), expected.nextLoss()),
              bound));
    } catch (InputException e) {
      return List.of(
          new Finding("training step", name, 0, Double.POSITIVE_INFINITY, bound, e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("A training step in {}", name, e);
      return List.of(
          new Finding("training step", name, 0, Double.POSITIVE_INFINITY, bound, e.toString()));
    }
  }

  private static Finding step(String what, String precision, double deviation, double bound) {
    return new Finding("training step: " + what, precision, 1, deviation, bound, "");
  }
}
