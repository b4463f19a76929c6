package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.store.CsvFile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The tokens by layers as a table: a line for each token in each layer. */
final class RoutingData {
  private static final List<String> NAMES =
      List.of(
          "layer",
          "token",
          "text",
          "expert",
          "gate",
          "position",
          "capacity",
          "kept",
          "expert_as_trained",
          "kept_as_trained");

  private RoutingData() {}

  /** What a model shows now, to be made a table of elsewhere. */
  static Supplier<CsvFile> taken(ExploreModel model) {
    RoutingTrace shown = model.trace.get();
    RoutingTrace untouched = model.untouched.get();
    return () -> of(shown, untouched);
  }

  /**
   * The table.
   *
   * @param shown what the explorer shows
   * @param untouched the same as the model routes it
   */
  static CsvFile of(RoutingTrace shown, RoutingTrace untouched) {
    CsvFile table = new CsvFile(NAMES);
    for (int l = 0; shown != null && l < shown.layers().size(); l++) {
      LayerRouting layer = shown.layers().get(l);
      LayerRouting own = untouched.layers().get(l);
      for (int t = 0; t < layer.expert().length; t++) {
        List<Object> line = new ArrayList<>();
        line.add(layer.name());
        line.add(t);
        line.add(shown.tokens(layer).get(t).text());
        line.add(layer.expert()[t]);
        line.add((double) layer.gate()[t]);
        line.add(layer.position()[t]);
        line.add(layer.capacity());
        line.add(layer.kept()[t]);
        line.add(own.expert()[t]);
        line.add(own.kept()[t]);
        table.add(line);
      }
    }
    return table;
  }
}
