package dev.switchyard.engine.microscope;

import dev.switchyard.engine.data.LabelledTexts;
import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.ExpertPreferences.Preference;
import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the experts of one layer were asked for, counted. */
final class LayerCount {
  private static final int MOST_PREFERENCES = 12;

  /** What came less often says more of chance than of the expert. */
  private static final int LEAST_COUNT = 3;

  private final String name;
  private final int experts;
  private final long[] asked;
  private final Map<String, long[]> byToken = new HashMap<>();
  private final Map<String, long[]> byLabel = new HashMap<>();
  private long choices;
  private long labelled;
  private long tokens;
  private long dropped;

  LayerCount(String name, int experts) {
    this.name = name;
    this.experts = experts;
    this.asked = new long[experts];
  }

  /** Adds what a layer did with the tokens of a text. */
  void add(LayerRouting routing, List<TokenText> read, LabelledTexts.Text text) {
    for (int t = 0; t < read.size(); t++) {
      List<Choice> ofToken = routing.choices().get(t);
      tokens += ofToken.isEmpty() ? 0 : 1;
      dropped += ofToken.isEmpty() || routing.kept()[t] ? 0 : 1;
      String label = text.labelAt(read.get(t).start());
      for (Choice choice : ofToken) {
        count(byToken, read.get(t).text(), choice.expert());
        asked[choice.expert()]++;
        choices++;
        if (label != null) {
          count(byLabel, label, choice.expert());
          labelled++;
        }
      }
    }
  }

  private void count(Map<String, long[]> counts, String kind, int expert) {
    counts.computeIfAbsent(kind, k -> new long[experts])[expert]++;
  }

  /** The figures. */
  ExpertPreferences.Layer result() {
    List<ExpertPreferences.Expert> each = new ArrayList<>();
    long[] labelledAsked = sums(byLabel);
    for (int e = 0; e < experts; e++) {
      each.add(
          new ExpertPreferences.Expert(
              asked[e],
              share(asked[e], choices),
              preferences(byToken, e, asked[e], choices),
              preferences(byLabel, e, labelledAsked[e], labelled)));
    }
    boolean labels = !byLabel.isEmpty();
    return new ExpertPreferences.Layer(
        name,
        choices,
        share(dropped, tokens),
        labels ? information(byLabel, labelledAsked, labelled) : Double.NaN,
        labels ? entropy(byLabel, labelled) : Double.NaN,
        information(byToken, asked, choices),
        List.copyOf(each));
  }

  private long[] sums(Map<String, long[]> counts) {
    long[] sums = new long[experts];
    for (long[] of : counts.values()) {
      for (int e = 0; e < experts; e++) {
        sums[e] += of[e];
      }
    }
    return sums;
  }

  private static List<Preference> preferences(
      Map<String, long[]> counts, int expert, long ofExpert, long all) {
    List<Preference> preferences = new ArrayList<>();
    counts.forEach(
        (kind, of) -> {
          if (of[expert] >= LEAST_COUNT) {
            preferences.add(
                new Preference(
                    kind,
                    of[expert],
                    share(of[expert], ofExpert),
                    Math.log((double) of[expert] * all / ((double) sum(of) * ofExpert))));
          }
        });
    preferences.sort(
        Comparator.comparingDouble(Preference::information)
            .reversed()
            .thenComparing(Comparator.comparingLong(Preference::count).reversed())
            .thenComparing(Preference::name));
    return List.copyOf(preferences.subList(0, Math.min(MOST_PREFERENCES, preferences.size())));
  }

  /** I(expert; kind), less what chance alone is expected to give (Miller 1955, Roulston 1999). */
  private double information(Map<String, long[]> counts, long[] ofExpert, long all) {
    double sum = 0;
    for (long[] of : counts.values()) {
      long ofKind = sum(of);
      for (int e = 0; e < experts; e++) {
        if (of[e] > 0) {
          sum += of[e] * Math.log((double) of[e] * all / ((double) ofKind * ofExpert[e]));
        }
      }
    }
    long used = 0;
    for (long n : ofExpert) {
      used += n > 0 ? 1 : 0;
    }
    double chance = Math.max(0, used - 1) * (counts.size() - 1) / 2.0;
    return all == 0 ? 0 : Math.max(0, (sum - chance) / all);
  }

  private static double entropy(Map<String, long[]> counts, long all) {
    double entropy = 0;
    for (long[] of : counts.values()) {
      double p = (double) sum(of) / all;
      entropy -= p * Math.log(p);
    }
    return entropy;
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }
}
