package dev.switchyard.engine.observe;

import java.util.Map;

/**
 * What a run's history holds for curves, at one moment. Bounded, however long the run is.
 *
 * @param model the Switch model's curves, of the quantities that it has
 * @param twin the dense twin's; empty without one
 * @param quality when the model reached which quality; empty where the history was not read whole
 * @param twinQuality the same of the twin
 * @param lastStep number of the last step, 0 before the first
 * @param damaged lines that could not be read and were passed over
 * @param whole whether every step was read, or only some places of a long history
 * @param everyStep whether each step has a row of its own
 */
public record RunCurves(
    Map<Quantity, Curve> model,
    Map<Quantity, Curve> twin,
    QualityCurve quality,
    QualityCurve twinQuality,
    long lastStep,
    long damaged,
    boolean whole,
    boolean everyStep) {

  /** Before anything was read. */
  public static final RunCurves EMPTY =
      new RunCurves(Map.of(), Map.of(), new QualityCurve(), new QualityCurve(), 0, 0, false, true);

  /** A curve of one of the models; {@link Curve#EMPTY} where the run has none. */
  public Curve of(boolean ofTwin, Quantity quantity) {
    return (ofTwin ? twin : model).getOrDefault(quantity, Curve.EMPTY);
  }

  /** Whether the run has a dense twin. */
  public boolean hasTwin() {
    return !twin.isEmpty();
  }
}
