package dev.switchyard.views.preference;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.ExpertPreferences.Expert;
import dev.switchyard.engine.observe.ExpertPreferences.Layer;
import dev.switchyard.engine.observe.ExpertPreferences.Preference;
import dev.switchyard.engine.store.CsvFile;
import java.util.List;

/** What was found as a table: a line for each token or label that an expert prefers. */
final class PreferenceData {
  private static final List<String> NAMES =
      List.of(
          "layer",
          "label_information",
          "label_entropy",
          "token_information",
          "expert",
          "expert_share",
          "kind",
          "name",
          "count",
          "share",
          "information");

  private PreferenceData() {}

  /** The table; names alone where nothing was found. */
  static CsvFile of(ExpertPreferences found) {
    CsvFile table = new CsvFile(NAMES);
    if (found != null) {
      for (Layer layer : found.layers()) {
        for (int e = 0; e < layer.experts().size(); e++) {
          Expert expert = layer.experts().get(e);
          add(table, layer, e, "token", expert.tokens());
          add(table, layer, e, "label", expert.labels());
        }
      }
    }
    return table;
  }

  private static void add(
      CsvFile table, Layer layer, int expert, String kind, List<Preference> some) {
    for (Preference each : some) {
      table.add(
          List.of(
              layer.name(),
              layer.labelInformation(),
              layer.labelEntropy(),
              layer.tokenInformation(),
              expert,
              layer.experts().get(expert).share(),
              kind,
              each.name(),
              each.count(),
              each.share(),
              each.information()));
    }
  }
}
