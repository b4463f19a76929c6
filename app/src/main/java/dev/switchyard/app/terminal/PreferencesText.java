package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.ExpertPreferences.Expert;
import dev.switchyard.engine.observe.ExpertPreferences.Layer;
import dev.switchyard.engine.observe.ExpertPreferences.Preference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What experts take of a corpus, for people and for machines. */
public final class PreferencesText {
  private final Style style;

  /** Text in this style. */
  public PreferencesText(Style style) {
    this.style = style;
  }

  /**
   * For each layer what its experts know of labels and tokens, and for each expert what it prefers.
   *
   * @param top tokens and labels of an expert
   */
  public List<String> lines(ExpertPreferences found, int top) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "read %s texts, %s tokens of %s in %s s"
            .formatted(
                Figures.count(found.texts()),
                Figures.count(found.tokens()),
                found.source(),
                Figures.format("%.1f", found.milliseconds() / 1000)));
    for (Layer layer : found.layers()) {
      lines.add("");
      lines.add(heading(layer));
      for (int e = 0; e < layer.experts().size(); e++) {
        lines.addAll(expert(e, layer.experts().get(e), top));
      }
    }
    return lines;
  }

  private String heading(Layer layer) {
    String labels =
        Double.isNaN(layer.labelInformation())
            ? ""
            : ", with the label %s of %s"
                .formatted(
                    Figures.loss(layer.labelInformation()), Figures.loss(layer.labelEntropy()));
    return style.bold(layer.name())
        + "  information in nats: with the token %s%s; dropped %s"
            .formatted(
                Figures.loss(layer.tokenInformation()), labels, Figures.percent(layer.dropped()));
  }

  private List<String> expert(int number, Expert expert, int top) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s %s  %s"
            .formatted(
                style.expert(number, Figures.format("%4d", number)),
                Figures.format("%6s", Figures.percent(expert.share())),
                expert.tokens().isEmpty()
                    ? style.dim("nothing often enough")
                    : names(expert.tokens(), top)));
    if (!expert.labels().isEmpty()) {
      lines.add("             " + style.dim(names(expert.labels(), top)));
    }
    return lines;
  }

  private static String names(List<Preference> preferences, int top) {
    return preferences.stream()
        .limit(top)
        .map(p -> p.name().replaceAll("\\p{Cntrl}", "·") + Figures.format(" %.1f", p.information()))
        .collect(Collectors.joining("  "));
  }

  /** The same for machines, by snake_case name; information is in nats. */
  public static Map<String, Object> figures(ExpertPreferences found) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("source", found.source());
    figures.put("texts", found.texts());
    figures.put("tokens", found.tokens());
    figures.put("labels", found.labels());
    figures.put("milliseconds", found.milliseconds());
    figures.put("layers", found.layers().stream().map(PreferencesText::layer).toList());
    return figures;
  }

  private static Map<String, Object> layer(Layer layer) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", layer.name());
    figures.put("choices", layer.choices());
    figures.put("dropped_fraction", layer.dropped());
    figures.put("label_information", layer.labelInformation());
    figures.put("label_entropy", layer.labelEntropy());
    figures.put("token_information", layer.tokenInformation());
    figures.put("experts", layer.experts().stream().map(PreferencesText::expert).toList());
    return figures;
  }

  private static Map<String, Object> expert(Expert expert) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("asked", expert.asked());
    figures.put("share", expert.share());
    figures.put("tokens", expert.tokens().stream().map(PreferencesText::preference).toList());
    figures.put("labels", expert.labels().stream().map(PreferencesText::preference).toList());
    return figures;
  }

  private static Map<String, Object> preference(Preference preference) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", preference.name());
    figures.put("count", preference.count());
    figures.put("share", preference.share());
    figures.put("information", preference.information());
    return figures;
  }
}
