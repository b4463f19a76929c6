package dev.switchyard.views.pictures;

import dev.switchyard.engine.configuration.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What lies over every screen: the palette, all keys, tasks, notices, a problem, a drop. */
final class WindowPictures {
  private WindowPictures() {}

  static void draw(Look look) throws Exception {
    try (PicturedWindow window = PicturedWindow.withRuns(look)) {
      window.press("#hero-explore");
      window.act("palette");
      window.save("palette");
      window.write("#palette-words", "export");
      window.save("palette-words");
      window.act("palette");
      window.act("shortcuts");
      window.save("keys");
      window.act("shortcuts");
      PicturedWindow.fx(
          () -> window.window().drop().hover(List.of(Path.of("/home/ada/photo.png"))));
      window.settle();
      window.save("drop");
      PicturedWindow.fx(() -> window.window().drop().leave());
      problem(window);
      tasks(window);
    }
  }

  private static void problem(PicturedWindow window) throws Exception {
    PicturedWindow.fx(
        () -> {
          window.window().explore("/models/broken");
          window
              .window()
              .tell(new InputException("letters.txt is empty: choose a text with words in it."));
        });
    window.settle();
    window.save("problems");
    window.press(".toast-details");
    window.save("problem-details");
    window.press("#close-details");
    window.act("notices");
    window.save("notices");
    window.act("notices");
  }

  private static void tasks(PicturedWindow window) throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    window.workbench().betweenTexts =
        () -> {
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    window.page("#pages", "Experts");
    PicturedWindow.fx(() -> window.find("#survey", javafx.scene.control.ButtonBase.class).fire());
    PicturedWindow.fx(
        () -> window.find("#open-tasks", javafx.scene.control.ButtonBase.class).fire());
    window.frames(() -> false);
    window.save("tasks");
    goOn.countDown();
    window.settle();
  }
}
