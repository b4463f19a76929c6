package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.Microscope.Request;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.views.fake.FakeMicroscope;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the start page to the explorer, to a what-if, and back again. */
class WhatIfTest extends ScreenTest {
  private RoutingTrace own;
  private String asTrained;

  @BeforeEach
  void openSample() {
    press("#hero-explore");
    until("a token is inspected", () -> seen("#token-title"));
    own = microscope().trace(Request.of(FakeMicroscope.EXAMPLE));
    asTrained = own.layers().getFirst().dropped() + " dropped (dashed)";
    untilText("#drops", asTrained);
  }

  private FakeMicroscope microscope() {
    return workbench.microscopes.getLast();
  }

  private void slide(String slider, double value) {
    interact(() -> find(slider, Slider.class).setValue(value));
  }

  @SuppressWarnings("unchecked")
  private void choose(String box, String value) {
    interact(() -> ((ComboBox<String>) find(box, ComboBox.class)).setValue(value));
  }

  @Test
  void aCapacityFactorIsTriedUndoneAndRedone() {
    slide("#capacity-factor", 4);
    untilText("#drops", "none dropped");
    untilText("#what-if-dropped", "0");
    assertThat(text("#what-if-loss")).startsWith("−");
    assertThat(text("#what-if-fates"))
        .isEqualTo("0 rerouted · 0 dropped now · %d kept now".formatted(own.dropped()));
    press("#undo");
    untilText("#drops", asTrained);
    assertThat(text("#what-if-fates")).isEmpty();
    press("#redo");
    untilText("#drops", "none dropped");
    press("#as-trained");
    untilText("#drops", asTrained);
    press("#undo");
    untilText("#drops", "none dropped");
  }

  @Test
  void oneGestureOfASliderIsUndoneAtOnce() {
    interact(
        () -> {
          Slider slider = find("#capacity-factor", Slider.class);
          for (double factor = 1; factor < 4; factor += 0.25) {
            slider.setValue(factor);
          }
        });
    untilText("#drops", "none dropped");
    press("#undo");
    untilText("#drops", asTrained);
    assertThat(find("#undo", Button.class).isDisabled()).isTrue();
  }

  @Test
  void keysUndoAndRedo() {
    slide("#capacity-factor", 4);
    untilText("#drops", "none dropped");
    interact(() -> find("#grid", Node.class).requestFocus());
    press(KeyCode.CONTROL).type(KeyCode.Z).release(KeyCode.CONTROL);
    untilText("#drops", asTrained);
    press(KeyCode.CONTROL).type(KeyCode.Y).release(KeyCode.CONTROL);
    untilText("#drops", "none dropped");
  }

  @Test
  void whileOneIsComputedOnlyTheNewestWaits() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    microscope().hold(gate);
    int before = microscope().requests();
    interact(
        () -> {
          for (double factor = 1.2; factor < 4; factor += 0.2) {
            find("#capacity-factor", Slider.class).setValue(factor);
          }
          find("#capacity-factor", Slider.class).setValue(4);
        });
    gate.complete(null);
    untilText("#drops", "none dropped");
    assertThat(microscope().requests() - before).isEqualTo(2);
  }

  @Test
  void anExpertIsSwitchedOffThenForcedThenAsTrained() {
    int expert = own.layers().getFirst().expert()[0];
    press("#expert-switch-" + expert);
    until(
        "tokens are rerouted",
        () -> !text("#what-if-fates").isEmpty() && !text("#what-if-fates").startsWith("0 "));
    press("#expert-switch-" + expert);
    int tokens = own.layers().getFirst().expert().length;
    int capacity = own.layers().getFirst().capacity();
    untilText("#drops", (tokens - capacity) + " dropped (dashed)");
    press("#expert-switch-" + expert);
    untilText("#drops", asTrained);
  }

  @Test
  void expertsOfManyAreSwitchedOffByNumber() {
    assertThat(seen("#switch-numbers")).as("eight have buttons").isFalse();
    workbench.experts = 128;
    interact(() -> window.explore("/models/large"));
    until("it is open", () -> text("#models").equals("large") && seen("#switch-numbers"));
    write("#switch-numbers", "3, 40-42 127");
    press("#switch-off");
    until("tokens are rerouted", () -> !text("#what-if-fates").isEmpty());
    for (int expert : List.of(3, 40, 41, 42, 127)) {
      assertThat(seen("#expert-switch-" + expert)).as("%d has a button", expert).isTrue();
    }
    assertThat(text("#switch-numbers")).isEmpty();
    for (String wrong : List.of("many", "128", "9-3", "-1", "1,,x")) {
      write("#switch-numbers", wrong);
      press("#switch-off");
      assertThat(text("#switch-problem")).as(wrong).isNotEmpty();
      assertThat(wrong("#switch-numbers")).isTrue();
    }
    press("#undo");
    until("all are back", () -> !seen("#expert-switch-40"));
  }

  @Test
  void aSwitchCanBeMeantForOneLayer() {
    interact(
        () ->
            lookup("#switch-scope .toggle-button").queryAllAs(ToggleButton.class).stream()
                .skip(1)
                .findFirst()
                .orElseThrow()
                .setSelected(true));
    press("#expert-switch-2");
    until("something is rerouted", () -> !text("#what-if-fates").isEmpty());
    long inFirst = Arrays.stream(own.layers().getFirst().expert()).filter(e -> e == 2).count();
    String[] figures = text("#what-if-fates").split("[^0-9]+");
    int changed =
        Integer.parseInt(figures[0]) + Integer.parseInt(figures[1]) + Integer.parseInt(figures[2]);
    assertThat(changed).isLessThanOrEqualTo((int) inFirst + own.layers().getFirst().capacity() * 8);
    assertThat(text("#what-if-predictions")).startsWith("0 predictions changed");
  }

  @Test
  void allExpertsOffSaysWhyAndShowsTheModelAsTrained() {
    for (int e = 0; e < 8; e++) {
      press("#expert-switch-" + e);
    }
    untilText("#what-if-problem", "All experts are switched off: leave one on.");
    untilText("#drops", asTrained);
    press("#undo");
    until("the problem is gone", () -> !seen("#what-if-problem"));
  }

  @Test
  void aRuleWithoutALimitDropsNothing() {
    choose("#capacity-rule", "dropless");
    untilText("#drops", "none dropped");
    choose("#capacity-rule", "");
    untilText("#drops", asTrained);
  }

  @Test
  void theNumberOfExpertsOfATokenIsChecked() {
    choose("#selection", "top_k");
    until("k can be given", () -> seen("#experts-per-token"));
    write("#experts-per-token", "none");
    assertThat(wrong("#experts-per-token")).isTrue();
    write("#experts-per-token", "0");
    assertThat(wrong("#experts-per-token")).isTrue();
    write("#experts-per-token", "3");
    assertThat(wrong("#experts-per-token")).isFalse();
  }

  @Test
  void theSeedIsChecked() {
    slide("#jitter", 0.3);
    write("#jitter-seed", "seven");
    assertThat(wrong("#jitter-seed")).isTrue();
    write("#jitter-seed", "7");
    assertThat(wrong("#jitter-seed")).isFalse();
    press("#undo");
    untilText("#jitter-seed", "1");
  }

  private boolean wrong(String field) {
    return find(field, Node.class).getPseudoClassStates().stream()
        .anyMatch(state -> state.getPseudoClassName().equals("wrong"));
  }
}
