package dev.switchyard.app.terminal;

import dev.switchyard.engine.compare.ModelCurves;
import dev.switchyard.engine.compare.SettingDifference;
import dev.switchyard.engine.compare.SpeedUpRow;
import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.RunCurves;
import dev.switchyard.engine.train.ComparedRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs beside one another, for people and for machines. */
public final class CompareText {
  private static final int PLOT_ROWS = 12;

  /** Places along the plot: two for each of its cells. */
  private static final int PLACES = 2 * Terminal.WIDTH;

  private static final int NAME = 24;

  private final List<ComparedRun> runs;
  private final List<String> names;
  private final List<ModelCurves> models;
  private final List<SpeedUpRow> speedUps;
  private final List<SettingDifference> differences;

  /** What is known of the runs, whose names are distinct. */
  public CompareText(
      List<ComparedRun> runs,
      List<String> names,
      List<ModelCurves> models,
      List<SpeedUpRow> speedUps,
      List<SettingDifference> differences) {
    this.runs = runs;
    this.names = names;
    this.models = models;
    this.speedUps = speedUps;
    this.differences = differences;
  }

  /** The runs' names; folders where two have the same. */
  public static List<String> names(List<ComparedRun> runs) {
    return runs.stream()
        .map(
            run ->
                runs.stream().filter(other -> other.name().equals(run.name())).count() > 1
                    ? run.folder().toString()
                    : run.name())
        .toList();
  }

  /** Lines for people. */
  public List<String> lines(Measure measure, List<RunCurves> curves, Style style) {
    List<String> lines = new ArrayList<>();
    if (models.stream().anyMatch(model -> model.of(Quantity.CROSS_ENTROPY).rows() > 0)) {
      lines.addAll(plot(measure, style));
      lines.add("");
    }
    lines.addAll(table(style));
    for (int i = 0; i < runs.size(); i++) {
      if (curves.get(i).lastStep() == 0) {
        lines.add(names.get(i) + " has made no step yet.");
      }
      if (curves.get(i).damaged() > 0) {
        lines.add(
            "%s: %,d damaged lines of its history were passed over."
                .formatted(names.get(i), curves.get(i).damaged()));
      }
    }
    lines.add("");
    lines.addAll(differences(style));
    return lines;
  }

  private List<String> plot(Measure measure, Style style) {
    double longest = models.stream().mapToDouble(m -> m.length(measure)).max().orElse(0);
    List<CurvePlot.Curve> drawn = new ArrayList<>();
    for (ModelCurves model : models) {
      int colour = names.indexOf(model.run());
      drawn.add(
          new CurvePlot.Curve(
              places(model, measure, longest),
              text -> model.twin() ? style.twin(text) : style.expert(colour, text)));
    }
    List<String> lines = new ArrayList<>(new CurvePlot(Terminal.WIDTH, PLOT_ROWS).draw(drawn));
    lines.add(
        style.dim(
            "       cross entropy, nats a token, smoothed, along the %s from 0 to %s"
                .formatted(
                    measure == Measure.FLOPS ? "FLOPs" : measure.name().toLowerCase(Locale.ROOT),
                    amount(measure, longest))));
    return lines;
  }

  /** The smoothed curve at equal distances along the measure; NaN where it has ended. */
  private static List<Double> places(ModelCurves model, Measure measure, double longest) {
    Curve curve = model.of(Quantity.CROSS_ENTROPY);
    double[] along = curve.along(measure, model.flopsPerToken());
    double window = curve.rows() == 0 ? 0 : curve.steps()[curve.rows() - 1] / 100;
    double[] smooth = curve.smoothed(window);
    List<Double> places = new ArrayList<>();
    for (int place = 0; place < PLACES; place++) {
      double at = longest * (place + 0.5) / PLACES;
      int found = Arrays.binarySearch(along, at);
      int row = found >= 0 ? found : -found - 1;
      places.add(row < smooth.length ? smooth[row] : Double.NaN);
    }
    return places;
  }

  private List<String> table(Style style) {
    List<String> lines = new ArrayList<>();
    String row = "%-" + NAME + "s %7s %8s %8s %7s  %6s %6s %6s";
    String reference =
        speedUps.stream()
            .filter(SpeedUpRow::isReference)
            .map(r -> r.model().title())
            .findFirst()
            .orElse("");
    lines.add(
        style.dim(
            "%s times sooner than %s in"
                .formatted(" ".repeat(NAME + 14), shortened(reference, 20))));
    lines.add(
        style.bold(
            row.formatted("", "best", "held out", "steps", "time", "steps", "time", "FLOPs")));
    for (SpeedUpRow each : speedUps) {
      ModelCurves model = each.model();
      String name = shortened(model.title(), NAME);
      String line =
          row.formatted(
              name,
              figure(each.crossEntropy()),
              figure(model.last(Quantity.HELD_OUT)),
              amount(Measure.STEPS, model.length(Measure.STEPS)),
              amount(Measure.TIME, model.length(Measure.TIME)),
              factor(each, Measure.STEPS),
              factor(each, Measure.TIME),
              factor(each, Measure.FLOPS));
      String painted =
          model.twin() ? style.twin(name) : style.expert(names.indexOf(model.run()), name);
      lines.add(painted + line.substring(name.length()));
    }
    return lines.stream().map(String::stripTrailing).toList();
  }

  private static String shortened(String name, int most) {
    return name.length() <= most ? name : "…" + name.substring(name.length() - most + 1);
  }

  private static String figure(double value) {
    return Double.isNaN(value) ? "-" : Figures.loss(value);
  }

  private static String factor(SpeedUpRow row, Measure measure) {
    double factor = row.factor(measure);
    return Double.isNaN(factor) ? "-" : Figures.factor(factor);
  }

  private static String amount(Measure measure, double value) {
    return switch (measure) {
      case STEPS -> Figures.count((long) value);
      case TIME -> Figures.format("%,.0f s", value);
      case TOKENS -> Figures.rate(value);
      case FLOPS -> Figures.format("%.2e", value);
    };
  }

  private List<String> differences(Style style) {
    if (runs.size() < 2) {
      return List.of();
    } else if (differences.isEmpty()) {
      return List.of("The runs have the same settings.");
    }
    List<String> lines = new ArrayList<>();
    lines.add(style.bold("Settings that differ") + style.dim(", run by run"));
    for (SettingDifference difference : differences) {
      String values = String.join(" | ", difference.values());
      lines.add(("  %-" + NAME + "s %s").formatted(difference.setting().name(), values));
    }
    return lines;
  }

  /** All of it for machines. */
  public Map<String, Object> figures(List<RunCurves> curves) {
    Map<String, Object> figures = new LinkedHashMap<>();
    List<Map<String, Object>> all = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Map<String, Object> run = new LinkedHashMap<>();
      run.put("name", names.get(i));
      run.put("folder", runs.get(i).folder().toString());
      run.put("state", runs.get(i).curves().state());
      run.put("steps", curves.get(i).lastStep());
      run.put("damaged_lines", curves.get(i).damaged());
      String name = names.get(i);
      run.put(
          "models",
          speedUps.stream()
              .filter(row -> row.model().run().equals(name))
              .map(CompareText::figures)
              .toList());
      all.add(run);
    }
    figures.put("runs", all);
    figures.put(
        "differences",
        differences.stream()
            .collect(
                Collectors.toMap(
                    d -> d.setting().name(),
                    SettingDifference::values,
                    (a, b) -> a,
                    LinkedHashMap::new)));
    return figures;
  }

  private static Map<String, Object> figures(SpeedUpRow row) {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("model", row.model().twin() ? "twin" : "switch");
    model.put("reference", row.isReference());
    model.put("seconds", row.model().length(Measure.TIME));
    model.put("tokens", row.model().length(Measure.TOKENS));
    model.put("flops", row.model().length(Measure.FLOPS));
    model.put("best_cross_entropy", row.crossEntropy());
    Map<String, Object> last = new LinkedHashMap<>();
    row.model().curves().keySet().forEach(q -> last.put(q.field(), row.model().last(q)));
    model.put("last", last);
    for (Measure measure : Measure.values()) {
      model.put("speed_up_" + measure.name().toLowerCase(Locale.ROOT), row.factor(measure));
    }
    return model;
  }
}
