package dev.switchyard.views.theme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.chart.ExpertColors;
import java.util.List;
import javafx.scene.paint.Color;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Contrasts as the WCAG compute them: of text 4.5:1 (AA), in high contrast 7:1 (AAA). */
class ThemeTest {
  /** What frames, focus rings and marks need (WCAG 1.4.11). */
  private static final double OF_MARKS = 3;

  private static double contrast(Color a, Color b) {
    double one = ExpertColors.luminance(a) + 0.05;
    double other = ExpertColors.luminance(b) + 0.05;
    return Math.max(one, other) / Math.min(one, other);
  }

  private static double ofText(Theme theme) {
    return theme == Theme.HIGH_CONTRAST ? 7 : 4.5;
  }

  @ParameterizedTest
  @EnumSource(Theme.class)
  void textIsReadOnAllThatItStandsOn(Theme theme) {
    Theme.Colors c = theme.colors();
    for (Color ground : List.of(c.window(), c.rail(), c.card(), c.raised())) {
      for (Color text : List.of(c.text(), c.muted(), c.accent(), c.good(), c.caution(), c.bad())) {
        assertThat(contrast(text, ground))
            .as("%s on %s", text, ground)
            .isGreaterThanOrEqualTo(ofText(theme));
      }
    }
    assertThat(contrast(c.text(), c.accentSoft())).isGreaterThanOrEqualTo(ofText(theme));
    assertThat(contrast(c.accent(), c.accentSoft())).isGreaterThanOrEqualTo(ofText(theme));
    assertThat(contrast(c.bad(), c.badSoft())).isGreaterThanOrEqualTo(ofText(theme));
    assertThat(contrast(c.onPrimary(), c.primary())).isGreaterThanOrEqualTo(ofText(theme));
  }

  @ParameterizedTest
  @EnumSource(Theme.class)
  void hintsAndFocusRingsAreSeen(Theme theme) {
    Theme.Colors c = theme.colors();
    for (Color ground : List.of(c.window(), c.rail(), c.card(), c.raised())) {
      double hint = theme == Theme.HIGH_CONTRAST ? 7 : OF_MARKS;
      assertThat(contrast(c.faint(), ground))
          .as("hints on %s", ground)
          .isGreaterThanOrEqualTo(hint);
      assertThat(contrast(c.focus(), ground)).as("focus on %s", ground).isGreaterThan(OF_MARKS);
    }
    if (theme == Theme.HIGH_CONTRAST) {
      assertThat(contrast(c.border(), c.card())).as("frames of panels").isGreaterThan(OF_MARKS);
      assertThat(contrast(c.strongBorder(), c.raised())).as("frames of fields").isGreaterThan(7);
      assertThat(c.line(1.5)).as("thicker lines").isGreaterThan(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Theme.class)
  void theNextThemeComesRoundToTheFirst(Theme theme) {
    assertThat(theme.next().next().next()).isEqualTo(theme);
    assertThat(Theme.named(theme.name())).isEqualTo(theme);
  }
}
