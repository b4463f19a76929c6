package dev.switchyard.views.shell;

import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.train.TrainController;
import dev.switchyard.views.words.Figures;
import javafx.scene.control.Button;
import org.kordamp.ikonli.feather.Feather;

/**
 * Asks before the window is closed on a run that trains: to stop it with a checkpoint, or to let it
 * go on in the background.
 */
final class Closing {
  private final TrainController train;
  private final Question question;
  private final Tasks tasks;
  private final Runnable close;

  Closing(TrainController train, Question question, Tasks tasks, Runnable close) {
    this.train = train;
    this.question = question;
    this.tasks = tasks;
    this.close = close;
  }

  void request() {
    if (!train.isTraining()) {
      close.run();
      return;
    }
    TrainingRun run = train.runProperty().get();
    question.ask(
        "%s is training".formatted(run.folder().getFileName()),
        ("It can go on in the background, or be stopped with a checkpoint and go on another time,"
                + " from the step where it stands: step %s of %s. A run in the background is found"
                + " again under Start and Train.")
            .formatted(Figures.whole(run.step()), Figures.whole(run.config().training().steps())),
        named("keep-training", Buttons.plain("Keep training", Feather.PLAY, question::withdraw)),
        named(
            "go-on-in-background",
            Buttons.plain("Go on in the background", Feather.MOON, () -> endAndClose(true))),
        named(
            "stop-and-close",
            Buttons.primary("Checkpoint and close", Feather.SAVE, () -> endAndClose(false))));
  }

  private static Button named(String id, Button button) {
    button.setId(id);
    return button;
  }

  private void endAndClose(boolean inBackground) {
    question.ask(
        inBackground ? "Handing the run over" : "Taking a checkpoint",
        inBackground
            ? "The window closes when a process of its own has taken the run."
            : "The window closes when it is on disk.");
    train.endTraining(
        inBackground,
        close,
        problem -> {
          question.withdraw();
          tasks.tell(problem);
        });
  }
}
