package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sample's experts take of labelled text. */
final class ExpertsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Result run(String... arguments) {
    return new Session(folder).run(arguments);
  }

  @Test
  void theSamplesExpertsKnowTheLanguagesOfTheirCorpus() throws Exception {
    Path corpus = folder.resolve("corpus");
    assertThat(run("corpus", "--out", corpus.toString(), "--sequences", "96").code()).isZero();
    Result result =
        run("experts", "tongues", "--data", corpus.toString(), "--texts", "64", "--json");
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode found = JSON.readTree(result.out());
    assertThat(found.get("texts").asInt()).isEqualTo(64);
    assertThat(found.get("labels").size()).isGreaterThan(32);
    assertThat(found.get("layers")).isNotEmpty();
    for (JsonNode layer : found.get("layers")) {
      double entropy = layer.get("label_entropy").asDouble();
      // 64 languages about evenly
      assertThat(entropy).isBetween(3.0, Math.log(64));
      // far from chance: measured about 1 nat over more texts
      assertThat(layer.get("label_information").asDouble()).isBetween(0.3, entropy);
      assertThat(layer.get("experts").get(0).get("labels")).isNotEmpty();
    }
  }

  @Test
  void peopleReadATableAndTextWithoutLabelsHasNone() throws Exception {
    Path text = Files.writeString(folder.resolve("a.txt"), "coal and bells\n".repeat(60));
    Result result = run("experts", "tongues", "--data", text.toString(), "--top", "3");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("information in nats: with the token")
        .doesNotContain("label");
  }

  @Test
  void whatCantBeReadSaysWhy() {
    Result nowhere = run("experts", "tongues", "--data", folder.resolve("nowhere").toString());
    assertThat(nowhere.code()).isEqualTo(2);
    assertThat(nowhere.err()).contains("There is no file or folder");
    Result none = run("experts", "tongues", "--texts", "0");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("--texts is 0, but must be at least 1.");
  }
}
