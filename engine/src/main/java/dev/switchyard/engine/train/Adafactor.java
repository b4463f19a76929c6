package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Adafactor (Shazeer and Stern 2018) as Switch Transformers were trained with it: no first moment,
 * steps relative to a parameter's size, updates clipped. The second moment of a matrix with both
 * sides of 128 or more is factored into rows and columns; smaller ones are kept whole. The experts
 * of a layer are factored each by itself. Their root mean squares, which scale and clip the update,
 * are each expert's own, as in T5X, or those of all of them, as in Mesh-TensorFlow. (The latter
 * factors the two longest axes of the whole tensor; those are an expert's two sides unless there
 * are more experts than the shorter side is long.)
 */
public final class Adafactor implements Optimizer {
  private static final int SMALLEST_FACTORED = 128;
  private static final double SMALLEST_SCALE = 1e-3;

  /** The setting adafactor_experts where each expert is updated as if it were alone. */
  static final String EACH = "each";

  /** What is remembered of one parameter. */
  private sealed interface Moment {
    Parameter parameter();
  }

  /** Means over columns and over rows, [.., R] and [.., C]. */
  private record Factored(Parameter parameter, Tensor rows, Tensor columns) implements Moment {}

  /** The whole second moment. */
  private record Whole(Parameter parameter, Tensor moment) implements Moment {}

  /** What is scaled and clipped for itself. */
  private record Part(Tensor value, Tensor gradient, Tensor moment) {}

  private final TrainingConfig config;
  private final boolean together;
  private final Backend backend;
  private final List<Moment> all = new ArrayList<>();

  Adafactor(TrainingConfig config, Backend backend, List<Parameter> parameters) {
    this.config = config;
    this.together = !config.adafactorExperts().equals(EACH);
    this.backend = backend;
    for (Parameter parameter : parameters) {
      all.add(isFactored(parameter.value()) ? factored(parameter) : whole(parameter));
    }
  }

  private static boolean isFactored(Tensor value) {
    return value.rank() >= 2
        && value.length(-1) >= SMALLEST_FACTORED
        && value.length(-2) >= SMALLEST_FACTORED;
  }

  private Moment factored(Parameter parameter) {
    int[] shape = parameter.value().shape();
    int rows = shape[shape.length - 2];
    int columns = shape[shape.length - 1];
    return parameter.isExpert()
        ? new Factored(
            parameter, backend.allocate(shape[0], rows), backend.allocate(shape[0], columns))
        : new Factored(parameter, backend.allocate(rows), backend.allocate(columns));
  }

  private Moment whole(Parameter parameter) {
    return new Whole(parameter, backend.allocate(parameter.value().shape()));
  }

  /** Each expert, or all together. The gradient is asked for anew: it may count as zeros now. */
  private List<Part> parts(Whole whole) {
    Parameter parameter = whole.parameter();
    Part all = new Part(parameter.value(), parameter.gradient(), whole.moment());
    return parameter.isExpert() && !together ? byExpert(all) : List.of(all);
  }

  private static List<Part> byExpert(Part all) {
    return IntStream.range(0, all.value().length(0))
        .mapToObj(
            e ->
                new Part(
                    all.value().part(e, e + 1),
                    all.gradient().part(e, e + 1),
                    all.moment().part(e, e + 1)))
        .toList();
  }

  @Override
  public void update(
      long step, double learningRate, double gradientScale, UpdateListener listener) {
    double clip = config.adafactorClipThreshold();
    AdafactorStep numbers =
        new AdafactorStep(
            learningRate,
            1 - Math.pow(step, -config.adafactorDecayExponent()),
            config.adafactorEpsilon(),
            SMALLEST_SCALE,
            clip > 0 ? clip : Double.POSITIVE_INFINITY,
            gradientScale,
            together);
    for (Moment moment : all) {
      listener.before(moment.parameter());
      switch (moment) {
        case Factored factored ->
            backend.adafactor(
                factored.parameter().value(),
                factored.parameter().gradient(),
                factored.rows(),
                factored.columns(),
                numbers);
        case Whole whole ->
            parts(whole)
                .forEach(
                    part ->
                        backend.adafactor(part.value(), part.gradient(), part.moment(), numbers));
      }
      listener.after(moment.parameter());
    }
  }

  @Override
  public List<NamedTensor> state(String prefix) {
    List<NamedTensor> state = new ArrayList<>();
    for (Moment moment : all) {
      Parameter of = moment.parameter();
      switch (moment) {
        case Factored factored -> {
          state.add(NamedTensor.of(of, name -> prefix + name + ".v_rows", factored.rows()));
          state.add(NamedTensor.of(of, name -> prefix + name + ".v_columns", factored.columns()));
        }
        case Whole whole ->
            state.add(NamedTensor.of(of, name -> prefix + name + ".v", whole.moment()));
      }
    }
    return state;
  }

  @Override
  public void close() {
    for (Moment moment : all) {
      switch (moment) {
        case Factored factored -> {
          backend.free(factored.rows());
          backend.free(factored.columns());
        }
        case Whole whole -> backend.free(whole.moment());
      }
    }
    all.clear();
  }
}
