package dev.switchyard.views.fake;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.ExpertPreferences.Expert;
import dev.switchyard.engine.observe.ExpertPreferences.Layer;
import dev.switchyard.engine.observe.ExpertPreferences.Preference;
import java.util.ArrayList;
import java.util.List;

/** Experts with tastes: each has words and languages of its own. */
final class FakePreferences {
  private static final List<String> WORDS =
      List.of("lanterns", "ember", "coal", "kiln", "bell", "oven", "river", "stone", "ferry");
  private static final List<String> LABELS = List.of("ember", "tide", "moss", "slate", "reed");

  private FakePreferences() {}

  static ExpertPreferences of(List<String> data, int texts, int experts, List<String> layers) {
    List<Layer> found = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      List<Expert> each = new ArrayList<>();
      for (int e = 0; e < experts; e++) {
        each.add(
            new Expert(100 + e, 1.0 / experts, some(WORDS, e + l, 6), some(LABELS, e * 2 + l, 3)));
      }
      found.add(new Layer(layers.get(l), 100L * experts, 0.04, 0.3 + 0.2 * l, 1.609, 1.1, each));
    }
    return new ExpertPreferences(String.join(", ", data), texts, 64L * texts, LABELS, found, 2100);
  }

  private static List<Preference> some(List<String> of, int from, int count) {
    List<Preference> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(new Preference(of.get((from + i) % of.size()), 40 - i, 0.12, 3.1 - 0.4 * i));
    }
    return some;
  }
}
