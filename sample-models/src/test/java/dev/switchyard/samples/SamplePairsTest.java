package dev.switchyard.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.samples.SamplePairs.Pair;
import dev.switchyard.samples.SamplePairs.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pairs with one right target each, from the languages of the corpus. */
final class SamplePairsTest {
  private final SampleCorpus corpus = new SampleCorpus(1, 3, 8, 64, 0.1, 0.2);

  @TempDir Path folder;

  @Test
  void aContinuationFollowsTheMostProbableWordsAndEachPairIsThereOnce() {
    SamplePairs pairs = new SamplePairs(corpus, Task.CONTINUE);
    List<Pair> all = pairs.pairs(5, 24);
    assertThat(all).doesNotHaveDuplicates().isEqualTo(pairs.pairs(5, 24));
    for (Pair pair : all) {
      String language = pair.input().substring(1, pair.input().indexOf('>'));
      String word = pair.input().substring(pair.input().indexOf(' ') + 1);
      String[] following = pair.target().split(" ");
      assertThat(following).hasSize(8);
      for (String next : following) {
        assertThat(next).isEqualTo(corpus.successors(language, word).getFirst());
        word = next;
      }
    }
    assertThatThrownBy(() -> pairs.pairs(5, 25))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("24 different pairs");
  }

  @Test
  void aSentenceHasNoTagAndItsTargetIsTheTagOfItsLanguage() {
    for (Pair pair : new SamplePairs(corpus, Task.LANGUAGE).pairs(5, 50)) {
      String language = pair.target().substring(1, pair.target().length() - 1);
      assertThat(corpus.languageNames()).contains(language);
      String[] words = pair.input().split(" ");
      assertThat(words).hasSize(16);
      for (int i = 1; i < words.length; i++) {
        assertThat(corpus.successors(language, words[i - 1])).contains(words[i]);
      }
    }
  }

  @Test
  void theFileIsReadBackWithTheTokenizerBeside() throws IOException {
    new SamplePairs(corpus, Task.LANGUAGE).write(folder, 10, 1);
    List<String> lines = Files.readAllLines(folder.resolve(SamplePairs.FILE));
    assertThat(lines).hasSize(10);
    try (Tokenizer tokenizer = Tokenizers.open(folder.toString())) {
      String target = lines.getFirst().split("\t")[1];
      int[] ids = tokenizer.ids(target);
      assertThat(ids).hasSize(1);
      assertThat(tokenizer.decode(Arrays.stream(ids).boxed().toList())).isEqualTo(target);
    }
  }

  @Test
  void languagesByFolderGetSmallerAndKeepToThemselves() throws IOException {
    corpus.withSwitchProbability(0).writeByLanguage(folder, 60, 1);
    assertThat(folder.resolve(SampleCorpus.TOKENIZER_FILE)).exists();
    int last = Integer.MAX_VALUE;
    for (String language : corpus.languageNames()) {
      List<String> lines =
          Files.readAllLines(folder.resolve(language).resolve(SampleCorpus.TEXT_FILE));
      assertThat(lines).hasSizeBetween(8, last);
      assertThat(lines).allMatch(line -> line.contains("\"text\":\"<" + language + ">"));
      last = lines.size();
    }
  }
}
