package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One person's way through all commands, as they would type them. */
final class EndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void trainListEvaluateRouteAndResume() throws Exception {
    Session session = new Session(folder.resolve("home"));
    String docs = Session.documents(folder.resolve("docs")).toString();
    String run = folder.resolve("a run").toString();

    Result trained =
        session.run(
            "train",
            "--data",
            docs,
            "--out",
            run,
            "--preset",
            "tiny",
            "--steps",
            "6",
            "--twin",
            "--set",
            "eval_every=3",
            "--set",
            "checkpoint_every=3",
            "--seed",
            "7");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.code()).isZero();
    assertThat(trained.lines().getFirst())
        .matches("a run: [\\d,]+ parameters, [\\d,]+ in the dense twin, about \\d+ MB");
    assertThat(trained.lines().get(1)).startsWith("1/6  loss ");
    assertThat(trained.lines().getLast())
        .startsWith("6 steps, loss ")
        .contains(" -> ", "held-out cross entropy", "dropped", "tokens/s", "dense twin")
        .endsWith(run);
    assertThat(Path.of(run, "checkpoints", "step-6")).isDirectory();
    assertThat(Files.readAllLines(Path.of(run, "metrics.jsonl"))).hasSize(6);

    Result evaluated = session.run("eval", run, "--data", docs);
    assertThat(evaluated.err()).isEmpty();
    assertThat(evaluated.lines().getFirst()).contains("the held-out part of 4 files");
    assertThat(evaluated.out())
        .contains("Switch model  cross entropy", "dense twin    cross entropy", "perplexity")
        .contains("encoder.block.1", "decoder.block.1");

    Result routed = session.run("route", run, "--text", "Wagon 3.", "--json");
    assertThat(routed.err()).isEmpty();
    JsonNode routing = JSON.readTree(routed.out());
    assertThat(routing.path("encoder_tokens")).hasSize("Wagon 3.".length() + 1);
    assertThat(routing.path("layers")).hasSize(2);
    JsonNode token = routing.path("layers").path(0).path("tokens").path(0);
    assertThat(token.path("probabilities")).hasSize(4);
    assertThat(token.path("gate").asDouble())
        .isEqualTo(token.path("probabilities").path(token.path("expert").asInt()).asDouble());

    Path text = Files.writeString(folder.resolve("text.txt"), "Wagon 3.");
    String checkpoint = Path.of(run, "checkpoints", "step-3").toString();
    assertThat(session.run("route", checkpoint, "--file", text.toString()).out())
        .contains("4 experts", "capacity", "most probable");

    Result resumed = session.run("resume", run, "--steps", "8", "--json");
    assertThat(resumed.err()).isEmpty();
    assertThat(resumed.lines()).hasSize(3);
    assertThat(JSON.readTree(resumed.lines().get(0)).path("step").asInt()).isEqualTo(7);
    assertThat(JSON.readTree(resumed.lines().get(1)).path("twin").path("loss").isNumber()).isTrue();
    JsonNode summary = JSON.readTree(resumed.lines().get(2)).path("summary");
    assertThat(summary.path("steps").asInt()).isEqualTo(8);
    assertThat(summary.path("state").asText()).isEqualTo("finished");
    List<String> metrics = Files.readAllLines(Path.of(run, "metrics.jsonl"));
    assertThat(metrics).hasSize(8).endsWith(resumed.lines().get(1));
  }

  @Test
  void aRunGoesOnFromAnyModelWithItsShape() throws Exception {
    Session session = new Session(folder.resolve("home"));
    String docs = Session.documents(folder.resolve("docs")).toString();
    assertThat(
            session
                .run("train", "--data", docs, "--preset", "tiny", "--steps", "2", "--twin")
                .code())
        .isZero();
    Result tuned = session.run("train", "--from", "tiny-1", "--data", docs, "--steps", "1");
    assertThat(tuned.err()).isEmpty();
    assertThat(tuned.lines().getLast()).startsWith("1 step,").endsWith("from-tiny-1-1");

    String out = folder.resolve("more-tongues").toString();
    String[] sample = {"train", "--from", "tongues", "--data", docs, "--out", out, "--steps", "1"};
    Result more = session.run(sample);
    assertThat(more.err()).isEmpty();
    JsonNode run = JSON.readTree(Files.readString(Path.of(out, "run.json")));
    assertThat(run.at("/config/model/num_experts").asInt()).isEqualTo(16);
    assertThat(run.at("/provenance/from/path").asText()).contains("tongues");

    Result none = session.run("train", "--from", "nothing", "--data", docs);
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("There is no model \"nothing\"");
  }

  @Test
  void pairsAreAnsweredByAModelThatGoesOnWithThem() throws Exception {
    Session session = new Session(folder.resolve("home"));
    Path pairs = folder.resolve("pairs");
    String[] corpus = {"corpus", "--pairs", "language", "--out", pairs.toString()};
    assertThat(session.run(corpus).out()).startsWith("8,192 pairs in 64 languages");
    String file = pairs.resolve("pairs.tsv").toString();
    String out = folder.resolve("tuned").toString();

    Result tuned =
        session.run(
            "train",
            "--from",
            "tongues",
            "--data",
            file,
            "--out",
            out,
            "--steps",
            "2",
            "--set",
            "input_length=20",
            "--set",
            "target_length=2",
            "--set",
            "eval_every=2",
            "--set",
            "eval_batches=1");
    assertThat(tuned.err()).isEmpty();
    assertThat(tuned.lines().get(1)).startsWith("8,192 pairs: none is cut; ");
    assertThat(tuned.lines().getLast()).contains("exact match ", "2 steps");
    JsonNode run = JSON.readTree(Files.readString(Path.of(out, "run.json")));
    assertThat(run.at("/config/data/objective").asText()).isEqualTo("text_to_text");

    Result evaluated = session.run("eval", out, "--data", file, "--json");
    assertThat(evaluated.err()).isEmpty();
    assertThat(JSON.readTree(evaluated.out()).at("/answers/exact_match").isNumber()).isTrue();
  }

  @Test
  void languagesInFoldersAreTrainedAndEvaluatedByThemselves() throws Exception {
    Session session = new Session(folder.resolve("home"));
    String corpus = folder.resolve("languages").toString();
    Result written =
        session.run(
            "corpus", "--by-language", "--languages", "3", "--sequences", "300", "--out", corpus);
    assertThat(written.out()).startsWith("about 300 sequences in 3 languages");
    String out = folder.resolve("run").toString();
    Result trained =
        session.run(
            "train",
            "--preset",
            "tiny",
            "--data",
            corpus,
            "--out",
            out,
            "--steps",
            "4",
            "--twin",
            "--set",
            "languages=by_folder",
            "--set",
            "eval_every=2",
            "--set",
            "eval_fraction=0.1");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.lines().getLast()).contains("mean speed-up over languages ");
    Result evaluated = session.run("eval", out, "--data", corpus);
    assertThat(evaluated.err()).isEmpty();
    assertThat(evaluated.out()).contains("ember  ", "moss  ", "tide  ", "dense twin ");
  }

  @Test
  void runsGoIntoTheRunsFolderUnderAFreeName() throws Exception {
    Session session = new Session(folder.resolve("home"));
    String docs = Session.documents(folder.resolve("docs")).toString();
    assertThat(session.run("runs").out()).startsWith("No runs yet in ");
    String[] train = {"train", "--data", docs, "--preset", "tiny", "--steps", "2"};
    assertThat(session.run(train).code()).isZero();
    assertThat(session.run(train).code()).isZero();

    List<String> listed = session.run("runs").lines();
    assertThat(listed).hasSize(3);
    assertThat(listed.get(1)).startsWith("tiny-2").contains("finished", "2/2", "4 experts");
    JsonNode run = JSON.readTree(session.run("runs", "--json").lines().getLast());
    assertThat(run.path("name").asText()).isEqualTo("tiny-1");
    assertThat(run.path("cross_entropy").isNumber()).isTrue();

    assertThat(session.run("route", "tiny-1", "--text", "Wagon").code()).isZero();
  }

  @Test
  void aConfigurationFileIsReadBackFromARun() throws Exception {
    Session session = new Session(folder.resolve("home"));
    String docs = Session.documents(folder.resolve("docs")).toString();
    String[] preset = {"--preset", "tiny", "--steps", "1", "--seed", "5"};
    String first = folder.resolve("first").toString();
    String second = folder.resolve("second").toString();
    assertThat(
            session
                .run(
                    "train", "--data", docs, "--out", first, preset[0], preset[1], preset[2],
                    preset[3], preset[4], preset[5])
                .code())
        .isZero();
    Result again = session.run("train", "--config", first + "/run.json", "--out", second);
    assertThat(again.err()).isEmpty();
    assertThat(loss(second)).isEqualTo(loss(first));
  }

  private static double loss(String run) throws Exception {
    return JSON.readTree(Files.readString(Path.of(run, "metrics.jsonl"))).path("loss").asDouble();
  }

  @Test
  void theDemoTrainsThePairAndShowsATextWithItsExperts() {
    Session session = new Session(folder.resolve("home"));
    Result demo = session.run("demo", "--seconds", "1");
    assertThat(demo.code()).isZero();
    assertThat(demo.err()).startsWith("Stopped after step ").contains("switchyard resume ");
    assertThat(demo.lines().getFirst()).contains("loss", "twin", "dropped");
    assertThat(demo.out())
        .contains("load of each expert", "16 experts")
        .containsPattern("‹\\w+›·\\d+ \\w+·\\d+");
  }

  @Test
  void theCorpusIsWrittenWithItsTokenizer() throws Exception {
    Session session = new Session(folder.resolve("home"));
    Path corpus = folder.resolve("corpus");
    Result written = session.run("corpus", "--out", corpus.toString(), "--sequences", "50");
    assertThat(written.lines()).singleElement().asString().contains("50 sequences", "entropy");
    assertThat(Files.readAllLines(corpus.resolve("corpus.jsonl"))).hasSize(50);
    assertThat(corpus.resolve("tokenizer.json")).isRegularFile();
  }
}
