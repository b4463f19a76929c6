package dev.switchyard.engine.compare;

import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.SpeedUp;
import java.util.List;

/**
 * How much sooner than a reference a model comes to the same quality: to the reference's best, or,
 * where it does not come so far, the reference to the model's best.
 *
 * @param model which
 * @param isReference whether it is what the others are measured against
 * @param crossEntropy its best so far, smoothed, nats a token; NaN where not known
 * @param speedUp in the quantities that training reports; null for the reference itself, and where
 *     a quality is not known
 * @param flopsFactor the same in floating-point operations; NaN where there is no speed-up
 */
public record SpeedUpRow(
    ModelCurves model,
    boolean isReference,
    double crossEntropy,
    SpeedUp.Result speedUp,
    double flopsFactor) {
  /** A row for each model. */
  public static List<SpeedUpRow> against(ModelCurves reference, List<ModelCurves> models) {
    return models.stream().map(model -> row(reference, model)).toList();
  }

  private static SpeedUpRow row(ModelCurves reference, ModelCurves model) {
    boolean same = model.run().equals(reference.run()) && model.twin() == reference.twin();
    double best = model.quality().isEmpty() ? Double.NaN : model.quality().best().crossEntropy();
    SpeedUp.Result speedUp = same ? null : SpeedUp.between(model.quality(), reference.quality());
    double flops =
        speedUp == null
            ? Double.NaN
            : speedUp.tokens() * reference.flopsPerToken() / model.flopsPerToken();
    return new SpeedUpRow(model, same, best, speedUp, flops);
  }

  /** Times sooner along a measure: above 1 the model is ahead; NaN where there is no speed-up. */
  public double factor(Measure measure) {
    if (speedUp == null) {
      return Double.NaN;
    }
    return switch (measure) {
      case STEPS -> speedUp.steps();
      case TIME -> speedUp.time();
      case TOKENS -> speedUp.tokens();
      case FLOPS -> flopsFactor;
    };
  }
}
