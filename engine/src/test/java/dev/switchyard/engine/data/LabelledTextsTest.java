package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LabelledTextsTest {
  @TempDir private Path folder;

  private LabelledTexts read(int most, Path... paths) {
    return LabelledTexts.read(List.of(paths).stream().map(Path::toString).toList(), most);
  }

  private Path file(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, String.join("\n", lines) + "\n");
  }

  @Test
  void wordsHaveTheirLabels() throws IOException {
    Path file =
        file("a.jsonl", "{\"domains\": [\"x\", \"y\", \"z\"], \"text\": \"one  two three\"}");
    LabelledTexts.Text text = read(9, file).texts().getFirst();
    assertThat(text.labelAt(0)).isEqualTo("x");
    assertThat(text.labelAt(2)).isEqualTo("x");
    // a token may begin with the blank before its word
    assertThat(text.labelAt(4)).isEqualTo("y");
    assertThat(text.labelAt(5)).isEqualTo("y");
    assertThat(text.labelAt(9)).isEqualTo("z");
    assertThat(text.labelAt(-1)).isNull();
  }

  @Test
  void aTextCanHaveOneLabel() throws IOException {
    Path file =
        file("a.jsonl", "{\"text\": \"one two\", \"label\": \"poem\", \"more\": {\"a\": 1}}");
    assertThat(read(9, file).texts().getFirst().labelAt(4)).isEqualTo("poem");
    assertThat(read(9, file).areLabelled()).isTrue();
  }

  @Test
  void foldersAreLabelsAndTakeTurns() throws IOException {
    for (int i = 0; i < 3; i++) {
      file("in/tide/" + i + ".txt", "water");
      file("in/moss/" + i + ".txt", "green");
    }
    LabelledTexts some = read(2, folder.resolve("in"));
    assertThat(some.texts()).hasSize(2);
    assertThat(read(6, folder.resolve("in")).texts())
        .extracting(text -> text.labels().getFirst())
        .contains("tide", "moss");
  }

  @Test
  void oneFileOfTextHasNoLabels() throws IOException {
    assertThat(read(9, file("a.txt", "one two")).areLabelled()).isFalse();
  }

  @Test
  void asManyTextsAsAskedForAreRead() throws IOException {
    String[] lines = new String[100];
    Arrays.setAll(lines, i -> "{\"text\": \"line " + i + "\"}");
    assertThat(read(40, file("a.jsonl", lines)).texts()).hasSize(40);
    assertThat(read(400, folder.resolve("a.jsonl")).texts()).hasSize(100);
  }

  @Test
  void labelsThatAreNotThoseOfTheWordsAreRefused() throws IOException {
    Path file = file("a.jsonl", "{\"text\": \"one two three\", \"labels\": [\"x\", \"y\"]}");
    assertThatThrownBy(() -> read(9, file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("line 1: there are 2 labels for 3 words");
    Path other = file("b.jsonl", "{\"text\": \"one two\", \"labels\": [1, 2]}");
    assertThatThrownBy(() -> read(9, other))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the field labels is not a list of words");
  }
}
