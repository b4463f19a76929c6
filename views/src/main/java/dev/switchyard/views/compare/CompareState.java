package dev.switchyard.views.compare;

import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.views.chart.LineChartPane.Scale;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What of the screen comes back after a restart, as texts by name. */
final class CompareState {
  private static final String QUANTITY = "quantity";
  private static final String MEASURE = "measure";
  private static final String LOG_X = "log_x";
  private static final String LOG_Y = "log_y";
  private static final String SMOOTHING = "smoothing";
  private static final String TWINS = "twins";
  private static final String RUNS = "runs";

  private CompareState() {}

  /** As it is now. */
  static Map<String, String> of(CompareModel model) {
    Map<String, String> state = new LinkedHashMap<>();
    state.put(QUANTITY, model.quantity.get().name());
    state.put(MEASURE, model.measure.get().name());
    state.put(LOG_X, String.valueOf(model.scale.get().logX()));
    state.put(LOG_Y, String.valueOf(model.scale.get().logY()));
    state.put(SMOOTHING, String.valueOf(model.smoothing.get()));
    state.put(TWINS, String.valueOf(model.twins.get()));
    state.put(
        RUNS,
        model.chosen.stream().map(run -> run.folder.toString()).collect(Collectors.joining("\n")));
    return state;
  }

  /**
   * Takes up how things were drawn; what can't be read stays as it is.
   *
   * @param state the texts, empty where there is none
   */
  static void restore(CompareModel model, Function<String, String> state) {
    for (Quantity quantity : Quantity.values()) {
      if (quantity.name().equals(state.apply(QUANTITY))) {
        model.quantity.set(quantity);
      }
    }
    for (Measure measure : Measure.values()) {
      if (measure.name().equals(state.apply(MEASURE))) {
        model.measure.set(measure);
      }
    }
    model.scale.set(
        new Scale(
            Boolean.parseBoolean(state.apply(LOG_X)),
            Boolean.parseBoolean(state.apply(LOG_Y)),
            null));
    model.twins.set(!"false".equals(state.apply(TWINS)));
    try {
      model.smoothing.set(Math.clamp(Double.parseDouble(state.apply(SMOOTHING)), 0, 1));
    } catch (NumberFormatException e) {
      // Never set: as it comes.
    }
  }

  /** The folders of the runs that were on the chart; they need not be there any more. */
  static List<Path> runs(Function<String, String> state) {
    List<Path> runs = new ArrayList<>();
    state
        .apply(RUNS)
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              try {
                runs.add(Path.of(line));
              } catch (InvalidPathException e) {
                // Written on another system.
              }
            });
    return runs;
  }
}
