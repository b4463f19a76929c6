package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.LanguageQuality;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.store.RunHistory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run over several languages is evaluated, and compared with its twin, language by language. */
@Timeout(180)
final class LanguagesRunTest {
  @TempDir Path folder;
  private Path languages;

  @BeforeEach
  void writeLanguages() throws Exception {
    languages = Files.createDirectory(folder.resolve("languages"));
    String[] words = {"track", "gleis", "voie"};
    for (int i = 0; i < words.length; i++) {
      Path language = Files.createDirectory(languages.resolve("l" + i));
      Files.writeString(
          language.resolve("text.txt"), (words[i] + " and " + words[i] + ".\n").repeat(400 >> i));
    }
  }

  private RunConfig config() {
    return TinyRun.config(
        languages, "languages", "by_folder", "steps", 12, "eval_every", 4, "eval_batches", 3);
  }

  @Test
  void everyEvaluationTellsEachLanguagesQualityAndSpeedUp() throws Exception {
    Path run = folder.resolve("run");
    try (TrainingRun training = TrainingRuns.create(config(), run)) {
      training.start();
      training.await();
    }
    List<LanguageQuality> last = RunHistory.reports(run).getLast().evaluation().languages();
    assertThat(last).extracting(LanguageQuality::language).containsExactly("l0", "l1", "l2");
    assertThat(last.stream().mapToDouble(LanguageQuality::share).sum()).isBetween(0.999, 1.001);
    for (LanguageQuality language : last) {
      assertThat(language.crossEntropy()).isPositive();
      assertThat(language.twinCrossEntropy()).isPositive();
      assertThat(language.speedUp()).isPositive();
    }
    RunEvent evaluation =
        RunHistory.events(run).stream()
            .filter(event -> event.kind().equals("evaluation"))
            .toList()
            .getLast();
    assertThat(evaluation.figures())
        .containsEntry("speed_up.l1", last.get(1).speedUp())
        .containsKeys("cross_entropy.l2", "twin_cross_entropy.l0", "mean_speed_up");
    assertThat(evaluation.text()).contains("3 languages, mean speed-up ");
  }

  @Test
  void resumedItIsTheSameRunSpeedUpsIncluded() throws Exception {
    FineTuningTest.assertResumesBitForBit(folder, config());
  }
}
