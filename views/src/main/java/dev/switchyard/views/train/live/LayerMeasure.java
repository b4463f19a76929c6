package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.StepReport.LayerReport;
import java.util.function.ToDoubleFunction;

/** What is known of each Switch layer at each step. */
enum LayerMeasure {
  DROPPED(LayerReport::droppedFraction),
  BALANCE(LayerReport::loadBalancingLoss),
  Z_LOSS(LayerReport::zLoss),
  ENTROPY(LayerReport::entropy),
  CONFIDENCE(LayerReport::confidence);

  private final ToDoubleFunction<LayerReport> figure;

  LayerMeasure(ToDoubleFunction<LayerReport> figure) {
    this.figure = figure;
  }

  double of(LayerReport layer) {
    return figure.applyAsDouble(layer);
  }
}
