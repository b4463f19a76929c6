package dev.switchyard.views.compare;

import dev.switchyard.engine.compare.ModelCurves;
import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.views.chart.LineChartPane.Zoom;
import java.util.Arrays;

/** The steps of a run that lie in a stretch of the chart, the twin's included. */
final class ZoomedSteps {
  private final ChosenRun run;
  private final Measure measure;

  ZoomedSteps(ChosenRun run, Measure measure) {
    this.run = run;
    this.measure = measure;
  }

  /** First and last step, or a little beyond. */
  double[] of(Zoom zoom) {
    double first = Double.POSITIVE_INFINITY;
    double last = 0;
    for (ModelCurves model : ModelCurves.of(run.run.get(), run.curves.get())) {
      Curve curve = model.curves().values().iterator().next();
      double[] along = curve.along(measure, model.flopsPerToken());
      first = Math.min(first, curve.steps()[Math.max(0, place(along, zoom.from()) - 1)]);
      last = Math.max(last, curve.steps()[Math.min(along.length - 1, place(along, zoom.to()))]);
    }
    return new double[] {Math.min(first, last), last};
  }

  private static int place(double[] along, double at) {
    int found = Arrays.binarySearch(along, at);
    return Math.min(along.length - 1, found >= 0 ? found : -found - 1);
  }
}
