package dev.switchyard.views.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import javafx.scene.paint.Color;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColorsTest {
  @ParameterizedTest
  @ValueSource(ints = {8, 32, 64, 128})
  void everyExpertHasAColourOfItsOwn(int experts) {
    Set<Color> colors = new HashSet<>();
    for (int e = 0; e < experts; e++) {
      colors.add(ExpertColors.of(e, experts));
    }
    assertThat(colors).hasSize(experts);
  }

  @Test
  void anExpertKeepsItsColourWhateverTheirNumber() {
    assertThat(ExpertColors.of(5, 8)).isEqualTo(ExpertColors.of(5, 32));
  }

  @Test
  void repeatedHuesDifferClearlyInLightness() {
    for (int e = 0; e < 8; e++) {
      double first = ExpertColors.luminance(ExpertColors.of(e, 32));
      double dark = ExpertColors.luminance(ExpertColors.of(e + 8, 32));
      double light = ExpertColors.luminance(ExpertColors.of(e + 16, 32));
      assertThat(first / dark).as("expert %d", e).isGreaterThan(1.8);
      assertThat(light / first).as("expert %d", e).isGreaterThan(1.15);
    }
  }

  @Test
  void numbersAreReadOnEveryColour() {
    for (int experts : new int[] {32, 128}) {
      for (int e = 0; e < experts; e++) {
        Color background = ExpertColors.of(e, experts);
        double a = ExpertColors.luminance(background) + 0.05;
        double b = ExpertColors.luminance(ExpertColors.textOn(background)) + 0.05;
        // WCAG asks 4.5 of small text.
        assertThat(Math.max(a, b) / Math.min(a, b)).as("expert %d", e).isGreaterThan(4.2);
      }
    }
  }

  @Test
  void aFairLoadIsWhiteAndTheEndsAreFarFromIt() {
    assertThat(ExpertColors.luminance(LoadColors.of(1))).isGreaterThan(0.9);
    assertThat(LoadColors.of(0).getBlue()).isGreaterThan(LoadColors.of(0).getRed() + 0.4);
    assertThat(LoadColors.of(3).getRed()).isGreaterThan(LoadColors.of(3).getBlue() + 0.6);
    assertThat(LoadColors.of(50)).isEqualTo(LoadColors.of(LoadColors.MOST));
  }
}
