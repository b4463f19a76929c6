package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.ExpertSimilarity;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.StoredWeight;
import dev.switchyard.engine.observe.WeightStatistics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A model's weights in lines for people and in figures for machines. */
public final class InspectionText {
  private static final String ONE_EXPERT = "\\.experts\\.expert_\\d+\\.";
  private static final String ALL_EXPERTS = ".experts.*.";
  private static final int LONGEST_BAR = 40;
  private static final int WIDEST_MATRIX = 16;

  private InspectionText() {}

  /** The list of tensors; an expert's stand for all of its layer. */
  public static List<String> lines(Inspection inspection) {
    Map<String, List<StoredWeight>> alike =
        inspection.weights().stream()
            .collect(
                Collectors.groupingBy(
                    w -> w.name().replaceAll(ONE_EXPERT, ALL_EXPERTS) + w.type() + w.shape(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    int width =
        inspection.weights().stream()
            .mapToInt(w -> w.name().replaceAll(ONE_EXPERT, ALL_EXPERTS).length())
            .max()
            .orElse(0);
    List<String> lines = new ArrayList<>();
    for (List<StoredWeight> group : alike.values()) {
      StoredWeight first = group.getFirst();
      boolean several = group.size() > 1;
      String name = several ? first.name().replaceAll(ONE_EXPERT, ALL_EXPERTS) : first.name();
      String shape = (several ? group.size() + " x " : "") + first.shape();
      lines.add(
          ("%-" + Math.max(1, width) + "s  %-5s %-22s %15s")
              .formatted(
                  name, first.type(), shape, Figures.count(group.size() * first.elements())));
    }
    lines.add(
        "%s: %s tensors, %s numbers, %s; %s"
            .formatted(
                inspection.name(),
                Figures.count(inspection.weights().size()),
                Figures.count(elements(inspection)),
                Figures.bytes(bytes(inspection)),
                inspection.expertLayers().isEmpty()
                    ? "no experts"
                    : "layers with experts: " + String.join(", ", inspection.expertLayers())));
    return lines;
  }

  private static long elements(Inspection inspection) {
    return inspection.weights().stream().mapToLong(StoredWeight::elements).sum();
  }

  private static long bytes(Inspection inspection) {
    return inspection.weights().stream().mapToLong(StoredWeight::bytes).sum();
  }

  /** The same for machines: name, weights (each tensor), expert_layers. */
  public static Map<String, Object> figures(Inspection inspection) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", inspection.name());
    figures.put("elements", elements(inspection));
    figures.put("bytes", bytes(inspection));
    figures.put("expert_layers", inspection.expertLayers());
    figures.put("weights", inspection.weights().stream().map(InspectionText::figures).toList());
    return figures;
  }

  private static Map<String, Object> figures(StoredWeight weight) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", weight.name());
    figures.put("type", weight.type());
    figures.put("shape", weight.shape());
    figures.put("bytes", weight.bytes());
    figures.put("file", weight.file());
    return figures;
  }

  /** One tensor's figures, and its histogram as bars. */
  public static List<String> lines(WeightStatistics of) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s  %s %s in %s"
            .formatted(
                of.weight().name(), of.weight().type(), of.weight().shape(), of.weight().file()));
    lines.add(
        Figures.format(
            "norm %.5g, root mean square %.5g, mean %.5g, deviation %.5g",
            of.norm(), of.rootMeanSquare(), of.mean(), of.deviation()));
    lines.add(
        Figures.format(
            "from %.5g to %.5g; %,d zeros; %,d not finite",
            of.minimum(), of.maximum(), of.zeros(), of.notFinite()));
    long most = Collections.max(of.histogram());
    double bin = (of.high() - of.low()) / of.histogram().size();
    for (int i = 0; i < of.histogram().size() && most > 0; i++) {
      long count = of.histogram().get(i);
      lines.add(
          Figures.format("%12.4g  ", of.low() + (i + 0.5) * bin)
              + "#".repeat((int) Math.ceilDiv(count * LONGEST_BAR, most)));
    }
    return lines;
  }

  /** One tensor's figures for machines. */
  public static Map<String, Object> figures(WeightStatistics of) {
    Map<String, Object> figures = figures(of.weight());
    figures.put("mean", of.mean());
    figures.put("deviation", of.deviation());
    figures.put("minimum", of.minimum());
    figures.put("maximum", of.maximum());
    figures.put("norm", of.norm());
    figures.put("root_mean_square", of.rootMeanSquare());
    figures.put("zeros", of.zeros());
    figures.put("not_finite", of.notFinite());
    figures.put("histogram_low", of.low());
    figures.put("histogram_high", of.high());
    figures.put("histogram", of.histogram());
    return figures;
  }

  /** How alike experts are: the matrix where it is small, and its mean. */
  public static List<String> lines(ExpertSimilarity of) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %d experts, %s of %s numbers of each compared"
            .formatted(
                of.layer(),
                of.experts(),
                of.compared() == of.held() ? "all" : Figures.count(of.compared()),
                Figures.count(of.held())));
    lines.add(Figures.format("mean cosine of two experts' weights %.4f", of.meanOfPairs()));
    if (of.experts() > WIDEST_MATRIX) {
      lines.add("The whole matrix: --json.");
      return lines;
    }
    for (int i = 0; i < of.experts(); i++) {
      StringBuilder line = new StringBuilder(Figures.format("%6d", i));
      for (int j = 0; j < of.experts(); j++) {
        line.append(Figures.format(" %6.3f", of.weights(i, j)));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  /** The same for machines: weights and router are rows of cosines. */
  public static Map<String, Object> figures(ExpertSimilarity of) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("layer", of.layer());
    figures.put("experts", of.experts());
    figures.put("compared", of.compared());
    figures.put("held", of.held());
    figures.put("mean", of.meanOfPairs());
    figures.put("weights", rows(of.weights(), of.experts()));
    figures.put("router", rows(of.router(), of.experts()));
    return figures;
  }

  private static List<float[]> rows(float[] matrix, int width) {
    List<float[]> rows = new ArrayList<>();
    for (int at = 0; at < matrix.length; at += width) {
      rows.add(java.util.Arrays.copyOfRange(matrix, at, at + width));
    }
    return rows;
  }
}
