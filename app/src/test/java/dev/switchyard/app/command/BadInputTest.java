package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.app.command.Session.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can't be used is refused in one line that names it, and nothing is left behind. */
final class BadInputTest {
  private static final String WORDS =
      """
      {"added_tokens": [{"id": 1, "content": "</s>", "special": true, "single_word": false,
        "lstrip": false, "rstrip": false, "normalized": false}],
       "pre_tokenizer": {"type": "Whitespace"},
       "model": {"type": "WordLevel", "unk_token": "<unk>",
        "vocab": {"<pad>": 0, "</s>": 1, "<unk>": 2, "wagon": 3}}}
      """;

  @TempDir static Path folder;

  private static Session session;

  @BeforeAll
  static void prepare() throws IOException {
    session = new Session(folder.resolve("home"));
    Session.documents(folder.resolve("docs"));
    Files.createDirectories(folder.resolve("empty"));
    Files.createDirectories(folder.resolve("full"));
    Files.writeString(folder.resolve("full/notes.txt"), "mine");
    Files.writeString(folder.resolve("blank.txt"), " \n ");
    Files.write(folder.resolve("binary.txt"), new byte[] {0, 1, 2, (byte) 0xff, 0, 0, 7, 0});
    Files.writeString(folder.resolve("settings.json"), "{\"d_model\": 32}");
    Files.writeString(folder.resolve("wrong.json"), "{\"d_modle\": 32}");
    Files.writeString(folder.resolve("broken.json"), "{\"d_model\": ");
    Files.writeString(folder.resolve("null.json"), "null");
    Files.writeString(folder.resolve("list.json"), "{\"model\": {\"d_model\": [1]}}");
    Files.writeString(folder.resolve("numbers.json"), "{\"data\": {\"data\": [1]}}");
    Files.writeString(folder.resolve("no-tab.tsv"), "a\tb\nc and d\n");
    Files.writeString(
        folder.resolve("no-target.jsonl"),
        "{\"input\": \"a\", \"target\": \"b\"}\n{\"input\": \"a\"}\n");
    Files.writeString(folder.resolve("number.jsonl"), "{\"input\": 3, \"target\": \"b\"}\n");
    Files.writeString(folder.resolve("words.json"), WORDS);
    Result trained =
        session.run(
            "train", "--data", at("docs"), "--out", at("run"), "--preset", "tiny", "--steps", "1");
    assertThat(trained.code()).as(trained.err()).isZero();
    for (String name : List.of("missing", "cut", "foreign")) {
      copy(folder.resolve("run/checkpoints/step-1"), folder.resolve(name));
    }
    Files.delete(folder.resolve("missing/model.safetensors"));
    Path cut = folder.resolve("cut/model.safetensors");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 5000));
    Files.delete(folder.resolve("foreign/state.json"));
    Files.writeString(folder.resolve("foreign/config.json"), "{\"model_type\": \"bert\"}");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static String at(String name) {
    return folder.resolve(name).toString();
  }

  /** In commands "@name" stands for a file in the test's folder, "_" for a blank. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "train --data @nowhere --out @new           | nowhere",
        "train --data @empty --out @new             | empty",
        "train --data @blank.txt --out @new         | blank.txt",
        "train --data @binary.txt --out @new        | binary.txt",
        "train --out @new                           | --data",
        "train --data @docs --out @full             | full",
        "train --data @docs --out @run              | run",
        "train --data @docs --out @new --steps 0    | steps is 0",
        "train --data @docs --out @new --steps ten  | whole number",
        "train --data @docs --out @new --seed x     | seed",
        "train --data @docs --out @new --preset big | sample, small, tiny",
        "train --data @docs --preset tiny --config @settings.json | not both",
        "train --data @docs --out @new --config @wrong.json   | d_model",
        "train --data @docs --out @new --config @broken.json  | broken.json",
        "train --data @docs --out @new --config @null.json    | null.json",
        "train --data @docs --out @new --config @list.json    | d_model",
        "train --out @new --config @numbers.json              | list of words",
        "train --data @docs --out @new --set batch_size=1000000 | batch_size",
        "train --data @docs --out @new --config @nowhere.json | nowhere.json",
        "train --data @docs --out @new --config @binary.txt   | binary.txt",
        "train --data @docs --out @new --set num_expert=4     | num_experts",
        "train --data @docs --out @new --set num_experts=four | whole number",
        "train --data @docs --out @new --set num_experts=0    | between 1 and",
        "train --data @docs --out @new --set optimizer=sgd    | adamw, adafactor",
        "train --data @docs --out @new --set twin=maybe       | yes or no",
        "train --data @docs --out @new --set num_experts      | KEY=VALUE",
        "train --data @docs --out @new --set objective=language_model | is_encoder_decoder",
        "train --data @docs --out @new --set tokenizer=@nowhere.json  | nowhere.json",
        "train --data @docs --out @new --preset tiny --set routing_groups=7 | routing_groups",
        "train --data @no-tab.tsv --out @new         | no-tab.tsv, line 2: no tab",
        "train --data @no-target.jsonl --out @new    | no-target.jsonl, line 2: no field target",
        "train --data @number.jsonl --out @new       | the field input is not a string",
        "train --data @docs --out @new --preset tiny --set micro_batches=9 | micro_batches",
        "train --data @docs --out @new --teacher @run --set tokenizer=@words.json | tokenizer",
        "train --data @docs --out @new --teacher @run --set tokenizer=@words.json --set"
            + " vocab_size=0 --set objective=prefix_language_model | another tokenizer",
        "train --data                               | --data",
        "train --stpes 3                            | --steps",
        "trian                                      | train",
        "resume                                     | RUN",
        "resume @nowhere                            | nowhere",
        "resume @docs                               | run.json",
        "resume @run                                | larger total",
        "resume @run --steps 0                      | steps is 0",
        "eval @run                                  | --data",
        "eval @run --data @nowhere                  | nowhere",
        "eval @nowhere --data @docs                 | nowhere",
        "eval @run --data @docs/yard-1.txt          | trained on",
        "route @run                                 | --text",
        "route @run --text a --file @blank.txt      | --text",
        "route @run --text _                        | empty",
        "route @run --file @blank.txt               | empty",
        "route @run --file @binary.txt              | binary.txt",
        "route @run --file @docs                    | folder",
        "route @nowhere --text a                    | nowhere",
        "route @docs --text a                       | config.json",
        "route @missing --text a                    | model.safetensors",
        "route @cut --text a                        | model.safetensors",
        "route @foreign --text a                    | bert",
        "generate @run _                            | empty",
        "generate @nowhere a                        | nowhere",
        "generate @run --fill a                     | no blanks",
        "generate @run --fill <extra_id_999>        | extra_id_999",
        "generate @run a --strategy best            | greedy, sample or beam",
        "generate @run a --strategy beam --seed 3   | --strategy sample",
        "generate @run a --beams 2 --top-p 0.5      | --strategy beam",
        "generate @run a --temperature 0            | temperature",
        "generate @run a --max-length 0             | maximum length",
        "runs extra                                 | extra",
        "corpus                                     | --out",
        "corpus --out @full                         | full",
        "corpus --out @new --sequences 0            | sequences",
        "corpus --out @new --languages 1            | languages",
        "demo --seconds 0                           | seconds",
      })
  void isRefusedInOneLine(String command, String named) throws IOException {
    List<String> before = Session.everythingIn(folder);
    String[] arguments =
        Arrays.stream(command.strip().split(" +"))
            .map(a -> a.replace("@", folder + "/").replace("_", a.equals("_") ? " " : "_"))
            .toArray(String[]::new);

    Result result = session.run(arguments);

    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).startsWith("switchyard: ").contains(named).doesNotContain("Exception");
    assertThat(Session.everythingIn(folder)).isEqualTo(before);
  }
}
