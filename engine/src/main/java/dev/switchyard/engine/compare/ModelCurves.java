package dev.switchyard.engine.compare;

import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.QualityCurve;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.RunCurves;
import dev.switchyard.engine.train.ComparedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The curves of one model: of a run, or of its dense twin.
 *
 * @param run its name
 * @param twin whether of the twin
 * @param flopsPerToken of training
 * @param curves of the quantities that it has
 * @param quality when it reached which quality; empty where that is not known
 */
public record ModelCurves(
    String run,
    boolean twin,
    double flopsPerToken,
    Map<Quantity, Curve> curves,
    QualityCurve quality) {
  /** The models of a run: the Switch model, and its twin where it has one. */
  public static List<ModelCurves> of(ComparedRun run, RunCurves curves) {
    return of(run, run.name(), curves);
  }

  /** The same under another name, where runs have the same. */
  public static List<ModelCurves> of(ComparedRun run, String name, RunCurves curves) {
    List<ModelCurves> models = new ArrayList<>();
    models.add(new ModelCurves(name, false, run.flopsPerToken(), curves.model(), curves.quality()));
    if (curves.hasTwin()) {
      models.add(
          new ModelCurves(
              name, true, run.twinFlopsPerToken(), curves.twin(), curves.twinQuality()));
    }
    return models;
  }

  /** The name of the model for people. */
  public String title() {
    return twin ? run + ", twin" : run;
  }

  /** A curve; without a row where the model has none of that. */
  public Curve of(Quantity quantity) {
    return curves.getOrDefault(quantity, Curve.EMPTY);
  }

  /** How far it was trained, along a measure; 0 before the first step. */
  public double length(Measure measure) {
    double longest = 0;
    for (Curve curve : curves.values()) {
      double[] along = curve.along(measure, flopsPerToken);
      longest = along.length == 0 ? longest : Math.max(longest, along[along.length - 1]);
    }
    return longest;
  }

  /** The last value of a quantity, or NaN. */
  public double last(Quantity quantity) {
    Curve curve = of(quantity);
    return curve.rows() == 0 ? Double.NaN : curve.mean()[curve.rows() - 1];
  }
}
