package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.app.command.Session.Result;
import dev.switchyard.engine.store.TensorDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run becomes a folder of transformers, that a run again, and nothing is lost on the way. */
final class ExchangeCommandsTest {
  private static final String[] SHORT = {"--steps", "2", "--set", "eval_every=0"};

  @TempDir Path folder;

  private Session session;

  @BeforeEach
  void aRunThatWasExported() throws IOException {
    session = new Session(folder.resolve("home"));
    Session.documents(folder.resolve("docs"));
    done(train("--data", at("docs"), "--out", at("run"), "--preset", "tiny"));
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private Result train(String... arguments) {
    List<String> all = new ArrayList<>(List.of("train"));
    all.addAll(List.of(arguments));
    all.addAll(List.of(SHORT));
    return session.run(all.toArray(String[]::new));
  }

  private static Result done(Result result) {
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    return result;
  }

  private Map<String, String> weights(String model) {
    Map<String, String> sums = new TreeMap<>();
    try (TensorDirectory tensors = TensorDirectory.open(folder.resolve(model))) {
      tensors.tensors().keySet().forEach(name -> sums.put(name, tensors.checksum(name)));
    }
    return sums;
  }

  @Test
  void whatWasImportedIsARunThatEveryCommandOpens() {
    Result exported = done(session.run("export", at("run"), "--out", at("hf")));
    assertThat(exported.lines().getFirst()).isEqualTo(at("hf"));
    assertThat(exported.out()).contains("Padding is routed there", "becomes hugging_face");

    Result imported = done(session.run("import", at("hf")));
    Path run = Path.of(imported.out().strip());
    assertThat(run).isEqualTo(folder.resolve("home/runs/hf-1"));
    assertThat(done(session.run("runs")).out()).contains("hf-1", "stopped");
    assertThat(weights("home/runs/hf-1/checkpoints/step-0")).isEqualTo(weights("hf"));

    done(session.run("route", "hf-1", "--text", "Wagon 7"));
    done(session.run("generate", "hf-1", "Wagon", "--max-length", "3"));
    done(session.run("eval", "hf-1", "--data", at("docs")));
    done(session.run("export", "hf-1", "--out", at("again")));
    assertThat(weights("again")).isEqualTo(weights("hf"));
    done(train("--from", "hf-1", "--data", at("docs"), "--preset", "tiny"));

    Result resumed = session.run("resume", "hf-1");
    assertThat(resumed.code()).isEqualTo(Problems.BAD_INPUT);
    assertThat(resumed.err()).contains("without text", "train --from").hasLineCount(1);
  }

  @Test
  void whatWasImportedWithTextIsResumed() {
    done(session.run("export", at("run"), "--out", at("hf")));
    done(
        session.run(
            "import",
            at("hf"),
            "--out",
            at("imported"),
            "--data",
            at("docs"),
            "--set",
            "batch_size=4",
            "--set",
            "eval_every=0"));
    Result resumed = done(session.run("resume", at("imported"), "--steps", "2"));
    assertThat(resumed.lines().getLast()).startsWith("2 steps, loss ");
    assertThat(weights("imported/checkpoints/step-2")).isNotEqualTo(weights("hf"));
  }

  @Test
  void aFolderOfTransformersIsTrainedFromAsItIs() throws IOException {
    done(session.run("export", at("run"), "--out", at("hf"), "--dtype", "bfloat16"));
    done(train("--from", at("hf"), "--data", at("docs"), "--preset", "tiny", "--out", at("on")));
    assertThat(folder.resolve("on/checkpoints/step-2/tokenizer.json"))
        .as("bytes need none")
        .doesNotExist();

    Files.delete(folder.resolve("hf/tokenizer.json"));
    Result refused = train("--from", at("hf"), "--data", at("docs"), "--preset", "tiny");
    assertThat(refused.code()).isEqualTo(Problems.BAD_INPUT);
    assertThat(refused.err()).contains("tokenizer.json").hasLineCount(1);
  }

  @Test
  void whatCanNotBeImportedLeavesNothing() throws IOException {
    List<String> before = Session.everythingIn(folder);
    refused("is a model of Switchyard already", "import", at("run"), "--out", at("new"));
    refused("nowhere", "import", at("nowhere"), "--out", at("new"));
    assertThat(Session.everythingIn(folder)).isEqualTo(before);

    done(session.run("export", at("run"), "--out", at("hf"), "--json"));
    before = Session.everythingIn(folder);
    refused("holds a run already", "import", at("hf"), "--out", at("run"));
    refused("is not empty", "import", at("hf"), "--out", at("docs"));
    refused("d_model is 8", "import", at("hf"), "--out", at("new"), "--set", "d_model=8");
    refused("nothing.txt", "import", at("hf"), "--out", at("new"), "--data", at("nothing.txt"));
    assertThat(Session.everythingIn(folder)).isEqualTo(before);
  }

  private void refused(String why, String... command) {
    Result result = session.run(command);
    assertThat(result.code()).isEqualTo(Problems.BAD_INPUT);
    assertThat(result.err()).contains(why).hasLineCount(1);
  }
}
