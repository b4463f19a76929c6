package dev.switchyard.views.train.live;

import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Term;
import java.util.function.DoubleFunction;

/**
 * What a chart of the routers can show.
 *
 * @param name on its button
 * @param title of the card
 * @param subtitle how to read it
 * @param term that explains both
 * @param measure of each layer; null: the updates of each group of weights
 * @param lowest the axis reaches at least down to it
 * @param format of its values
 */
record RouterChart(
    String name,
    String title,
    String subtitle,
    Term term,
    LayerMeasure measure,
    double lowest,
    DoubleFunction<String> format) {

  static final RouterChart DROPPED =
      new RouterChart(
          "dropped",
          "Dropped tokens",
          "share of each layer’s tokens that came past their expert’s capacity",
          Term.DROPPED,
          LayerMeasure.DROPPED,
          0,
          RouterChart::percent);

  static final RouterChart ENTROPY =
      new RouterChart(
          "entropy",
          "Entropy of the router",
          "nats by layer: 0 is decided, ln of the number of experts is undecided",
          Term.ENTROPY,
          LayerMeasure.ENTROPY,
          0,
          y -> Figures.decimal(y, 2));

  static final RouterChart CONFIDENCE =
      new RouterChart(
          "confidence",
          "Confidence of the router",
          "mean probability of the chosen expert, by layer",
          Term.GATE,
          LayerMeasure.CONFIDENCE,
          0,
          y -> Figures.decimal(y, 2));

  static final RouterChart BALANCE =
      new RouterChart(
          "balance",
          "Losses of the router",
          "load-balancing loss by layer; 1 is balanced",
          Term.LOAD_BALANCING_LOSS,
          LayerMeasure.BALANCE,
          1,
          y -> Figures.decimal(y, 2));

  static final RouterChart Z_LOSS =
      new RouterChart(
          "z-loss",
          "Losses of the router",
          "z-loss by layer, without its weight; large logits make it large",
          Term.Z_LOSS,
          LayerMeasure.Z_LOSS,
          0,
          y -> Figures.decimal(y, 2));

  static final RouterChart UPDATES =
      new RouterChart(
          "updates",
          "Updates",
          "norm of a step’s update over norm of the weights, by group",
          Term.UPDATE_RATIO,
          null,
          0,
          Figures::significant);

  private static String percent(double share) {
    return Figures.decimal(share * 100, share < 0.02 && share > 0 ? 1 : 0) + "%";
  }
}
