package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.train.TrainingRun;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** The figures that sum a run up, gathered while it goes on. */
public final class RunTally implements RunListener {
  /** A single step's dropped tokens say little; this is the weight of the newest. */
  private static final double NEWEST = 0.05;

  private final SpeedUp speedUp = new SpeedUp();
  private StepReport first;
  private StepReport last;
  private RunEvent evaluation;
  private double dropped = Double.NaN;

  /** The tally of what a run has behind it; it goes on as the run's listener. */
  public static RunTally of(TrainingRun run) {
    RunTally tally = new RunTally();
    run.reports().forEach(tally::onStep);
    run.events().forEach(tally::onEvent);
    return tally;
  }

  @Override
  public synchronized void onStep(StepReport report) {
    first = first == null ? report : first;
    last = report;
    double now = report.model().droppedFraction();
    dropped = Double.isNaN(dropped) ? now : dropped + NEWEST * (now - dropped);
    speedUp.add(report);
  }

  @Override
  public synchronized void onEvent(RunEvent event) {
    if (event.kind().equals("evaluation") && event.figures().containsKey("cross_entropy")) {
      evaluation = event;
    }
  }

  /** The newest report, or null. */
  public synchronized StepReport last() {
    return last;
  }

  /** Dropped tokens over routed tokens, smoothed. */
  public synchronized double dropped() {
    return dropped;
  }

  /** How much sooner the Switch model reached its twin's quality, or null. */
  public synchronized SpeedUp.Result speedUp() {
    return speedUp.result();
  }

  /** One line that sums the run up. */
  public synchronized String line(Path folder) {
    if (last == null) {
      return "no step was done, " + folder;
    }
    StepReport.ModelReport model = last.model();
    StringJoiner line = new StringJoiner(", ");
    line.add(Figures.count(last.step()) + (last.step() == 1 ? " step" : " steps"));
    line.add("loss " + Figures.loss(first.model().loss()) + " -> " + Figures.loss(model.loss()));
    if (evaluation != null) {
      String when = evaluation.step() == last.step() ? "" : " (step " + evaluation.step() + ")";
      line.add(
          "held-out cross entropy "
              + Figures.loss(evaluation.figures().get("cross_entropy"))
              + when);
    }
    addAnswers(line);
    if (evaluation != null && evaluation.figures().containsKey("teacher_cross_entropy")) {
      addTeacher(line, evaluation.figures());
    }
    line.add(Figures.percent(dropped) + " dropped");
    line.add(Figures.rate(tokensPerSecond()) + " tokens/s");
    SpeedUp.Result sooner = speedUp.result();
    if (sooner != null) {
      line.add(
          "speed-up against the dense twin "
              + Figures.factor(sooner.steps())
              + " in steps, "
              + Figures.factor(sooner.time())
              + " in time");
    }
    return line.add(folder.toString()).toString();
  }

  /** How well pairs are answered, and what the languages gain. */
  private void addAnswers(StringJoiner line) {
    if (evaluation == null) {
      return;
    }
    Map<String, Double> figures = evaluation.figures();
    add(line, "exact match ", figures.get("exact_match"), figures.get("twin_exact_match"));
    add(line, "ROUGE-2 ", figures.get("rouge_2"), figures.get("twin_rouge_2"));
    Double mean = figures.get("mean_speed_up");
    if (mean != null) {
      line.add("mean speed-up over languages " + Figures.factor(mean));
    }
  }

  private static void add(StringJoiner line, String what, Double model, Double twin) {
    if (model != null) {
      String beside = twin == null ? "" : " (twin " + Figures.percent(twin) + ")";
      line.add(what + Figures.percent(model) + beside);
    }
  }

  private static void addTeacher(StringJoiner line, Map<String, Double> figures) {
    line.add(
        "the teacher's "
            + Figures.loss(figures.get("teacher_cross_entropy"))
            + (figures.containsKey("twin_cross_entropy")
                ? ", without a teacher " + Figures.loss(figures.get("twin_cross_entropy"))
                : ""));
    if (figures.containsKey("gain_share")) {
      line.add(Figures.percent(figures.get("gain_share")) + " of the teacher's gain kept");
    }
    line.add(Figures.percent(figures.get("compression")) + " fewer parameters than it");
  }

  /** The same figures for machines, by snake_case name. */
  public synchronized Map<String, Object> figures(Path folder, String state) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("run", folder.toString());
    figures.put("state", state);
    figures.put("steps", last == null ? 0 : last.step());
    if (last == null) {
      return figures;
    }
    figures.put("first_loss", first.model().loss());
    figures.put("last_loss", last.model().loss());
    figures.put("cross_entropy", last.model().crossEntropy());
    if (evaluation != null) {
      figures.put("held_out_cross_entropy", evaluation.figures().get("cross_entropy"));
      figures.put("held_out_step", evaluation.step());
      figures.put("held_out", evaluation.figures());
    }
    figures.put("dropped_fraction", dropped);
    figures.put("tokens", last.model().tokens());
    figures.put("tokens_per_second", tokensPerSecond());
    if (last.twin() != null) {
      figures.put("twin_cross_entropy", last.twin().crossEntropy());
    }
    SpeedUp.Result sooner = speedUp.result();
    if (sooner != null) {
      figures.put("speed_up_steps", sooner.steps());
      figures.put("speed_up_time", sooner.time());
    }
    return figures;
  }

  private double tokensPerSecond() {
    StepReport.ModelReport model = last.model();
    return model.seconds() > 0 ? model.tokens() / model.seconds() : Double.NaN;
  }
}
