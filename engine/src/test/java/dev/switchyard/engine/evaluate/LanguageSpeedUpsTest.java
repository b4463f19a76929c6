package dev.switchyard.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.LanguageQuality;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps of the twin over steps of the model to the same quality, language by language. */
final class LanguageSpeedUpsTest {
  private final LanguageSpeedUps speedUps = new LanguageSpeedUps();

  private static LanguageQuality language(String name, double model, double twin) {
    return new LanguageQuality(name, 0.5, model, twin, Double.NaN);
  }

  private List<Double> add(long step, LanguageQuality... languages) {
    Evaluation evaluation = new Evaluation("", 1, null, null, null, null, List.of(languages));
    return speedUps.add(step, evaluation).languages().stream()
        .map(LanguageQuality::speedUp)
        .toList();
  }

  @Test
  void theTwinsBestQualityIsLookedUpInTheModelsCourse() {
    add(100, language("en", 4, 5), language("de", 5, 4));
    add(200, language("en", 2, 4.5), language("de", 4.5, 3));
    List<Double> at = add(300, language("en", 1.5, 3), language("de", 3.5, 2));
    // The twin's 3 at step 300; the model went from 4 to 2 between 100 and 200: 3 at step 150.
    assertThat(at.get(0)).isEqualTo(300.0 / 150, within(1e-12));
    // The model's 3.5 at step 300; the twin went from 4 to 3 between 100 and 200: 3.5 at step 150.
    assertThat(at.get(1)).isEqualTo(150.0 / 300, within(1e-12));
  }

  @Test
  void aLaterWorseEvaluationChangesNothing() {
    add(100, language("en", 4, 5));
    add(200, language("en", 3, 4));
    assertThat(add(300, language("en", 3.5, 4.5))).containsExactly(2.0);
  }

  @Test
  void withoutATwinThereIsNone() {
    assertThat(add(100, language("en", 4, Double.NaN))).containsExactly(Double.NaN);
  }
}
