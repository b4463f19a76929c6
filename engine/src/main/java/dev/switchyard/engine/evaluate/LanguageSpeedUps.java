package dev.switchyard.engine.evaluate;

import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.LanguageQuality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many times fewer steps the Switch model needs than its dense twin to the same held-out
 * quality, language by language (as in the paper's comparison of mSwitch-Base with mT5-Base). The
 * quality is the best that the twin has reached; between two evaluations cross entropy is taken to
 * fall evenly with the steps. Where the Switch model has not got there yet, it is the other way
 * round, and the speed-up is below 1. Add a run's evaluations in order.
 */
public final class LanguageSpeedUps {
  /** The best cross entropies so far, each with the step that first reached it. */
  private static final class Course {
    private final List<Point> best = new ArrayList<>();

    private record Point(double step, double crossEntropy) {}

    void add(long step, double crossEntropy) {
      if (best.isEmpty() || crossEntropy < best.getLast().crossEntropy()) {
        best.add(new Point(step, crossEntropy));
      }
    }

    /** The step at which a cross entropy was reached that is not better than the best. */
    double stepOf(double crossEntropy) {
      int at = 0;
      while (best.get(at).crossEntropy() > crossEntropy) {
        at++;
      }
      Point after = best.get(at);
      if (at == 0) {
        return after.step();
      }
      Point before = best.get(at - 1);
      double way =
          (before.crossEntropy() - crossEntropy) / (before.crossEntropy() - after.crossEntropy());
      return before.step() + way * (after.step() - before.step());
    }

    Point last() {
      return best.getLast();
    }
  }

  private record Courses(Course sparse, Course twin) {
    double speedUp() {
      Course.Point reached = twin.last();
      return sparse.last().crossEntropy() <= reached.crossEntropy()
          ? reached.step() / sparse.stepOf(reached.crossEntropy())
          : twin.stepOf(sparse.last().crossEntropy()) / sparse.last().step();
    }
  }

  private final Map<String, Courses> languages = new HashMap<>();

  /** Takes the next evaluation, and gives it back with each language's speed-up. */
  public Evaluation add(long step, Evaluation evaluation) {
    List<LanguageQuality> known = new ArrayList<>();
    for (LanguageQuality each : evaluation.languages()) {
      known.add(each.withSpeedUp(add(step, each)));
    }
    return evaluation.withLanguages(List.copyOf(known));
  }

  private double add(long step, LanguageQuality language) {
    boolean compares =
        Double.isFinite(language.crossEntropy()) && Double.isFinite(language.twinCrossEntropy());
    if (!compares || step == 0) {
      return Double.NaN;
    }
    Courses courses =
        languages.computeIfAbsent(
            language.language(), name -> new Courses(new Course(), new Course()));
    courses.sparse().add(step, language.crossEntropy());
    courses.twin().add(step, language.twinCrossEntropy());
    return courses.speedUp();
  }
}
