package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.DeviceBalance;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;

/** A step and an event as one line each. */
final class ProgressText {
  private ProgressText() {}

  /** Loss, the twin's loss, dropped tokens, tokens per second, devices and time left. */
  static String step(StepReport report, long steps, double secondsLeft) {
    StepReport.ModelReport model = report.model();
    StringBuilder line = new StringBuilder();
    line.append(report.step()).append('/').append(steps);
    line.append("  loss ").append(Figures.loss(model.loss()));
    if (report.twin() != null) {
      line.append("  twin ").append(Figures.loss(report.twin().loss()));
    }
    line.append("  dropped ").append(Figures.percent(model.droppedFraction()));
    line.append("  ").append(Figures.rate(model.tokensPerSecond())).append(" tokens/s");
    if (!report.devices().isEmpty()) {
      line.append("  ").append(devices(DeviceBalance.of(report.devices())));
    }
    if (report.step() < steps && !Double.isNaN(secondsLeft)) {
      line.append("  ").append(Figures.duration(secondsLeft)).append(" left");
    }
    return line.toString();
  }

  /** How evenly the devices shared the step, and what share of their time was lost. */
  private static String devices(DeviceBalance balance) {
    return "slowest device %sx the mean, %s waiting, %s exchanging"
        .formatted(
            Figures.factor(balance.compute()),
            Figures.percent(balance.waiting()),
            Figures.percent(balance.exchanging()));
  }

  /**
   * What people want to know of an event, or nothing: steps and checkpoints speak for themselves.
   */
  static String event(RunEvent event) {
    return switch (event.kind()) {
      case "evaluation", "changed" -> event.text();
      default -> "";
    };
  }
}
