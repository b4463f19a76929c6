package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.plan.Communication;
import dev.switchyard.views.chart.StackedBars;
import dev.switchyard.views.fake.Mouse;
import javafx.geometry.Point2D;
import javafx.scene.control.TableView;
import javafx.scene.input.MouseEvent;
import org.junit.jupiter.api.Test;

/** The planner in the window. */
class DevicesScreenTest extends ScreenTest {
  // The form of a new run has a field of this name too.
  private static final String DEVICES = "#devices-page #setting-devices";

  private StackedBars memory() {
    return find("#plan-memory", StackedBars.class);
  }

  private void open() {
    press("#rail-devices");
    until("there is a plan", () -> seen("#plan-memory") && !memory().content().rows().isEmpty());
  }

  @Test
  void everyStrategyHasItsMemoryAndItsTime() {
    open();
    write(DEVICES, "4");
    until("for four devices", () -> text("#plan-summary").contains("on 4 devices"));
    StackedBars time = find("#plan-time", StackedBars.class);
    assertThat(memory().content().rows()).hasSameSizeAs(time.content().rows());
    assertThat(memory().content().rows()).extracting(StackedBars.Row::name).contains("data");
    assertThat(memory().content().limit()).isEqualTo(80e9);
    assertThat(memory().content().chosen()).isZero();
    assertThat(memory().content().rows().getFirst().total()).isPositive();
  }

  @Test
  void aRowThatIsClickedShowsItsExchanges() {
    open();
    write(DEVICES, "4");
    until("for four devices", () -> text("#plan-summary").contains("on 4 devices"));
    int last = memory().content().rows().size() - 1;
    Point2D at = new Point2D(40, 46 * last + 30);
    interact(() -> Mouse.fire(memory(), MouseEvent.MOUSE_CLICKED, at));
    assertThat(memory().content().chosen()).isEqualTo(last);
    TableView<?> exchanges = find("#plan-exchanges", TableView.class);
    assertThat(exchanges.getItems()).isNotEmpty().allMatch(Communication.class::isInstance);
    assertThat(text("#plan-chosen")).startsWith("mesh ").contains("bound by");
  }

  @Test
  void whatIsWrongStandsAtItsFieldAndInPlaceOfThePlan() {
    open();
    write(DEVICES, "none");
    until("no plan", () -> seen("#plan-problem"));
    assertThat(text("#devices-page #problem-devices")).contains("devices");
    write(DEVICES, "7");
    until("nothing suits", () -> text("#plan-problem").contains("7 devices"));
    assertThat(text("#devices-page #problem-devices")).isEmpty();
    write(DEVICES, "2");
    until("a plan again", () -> seen("#plan-memory"));
  }
}
