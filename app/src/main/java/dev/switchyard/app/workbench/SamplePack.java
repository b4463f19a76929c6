package dev.switchyard.app.workbench;

import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes a sample of a run on the sample corpus: both models' newest weights and the recording,
 * without the optimizer's state, without paths of the machine that trained it.
 */
public final class SamplePack {
  private static final List<String> WEIGHTS =
      List.of(Checkpoint.MODEL, Checkpoint.TWIN, Checkpoint.CONFIG, Checkpoint.TOKENIZER);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectWriter PRETTY = JSON.writer(new DefaultPrettyPrinter());

  private SamplePack() {}

  /**
   * Packs a run.
   *
   * @param run its folder
   * @param out the sample's folder; must not exist yet
   * @param title for people
   * @param detail a sentence
   * @throws InputException where the run is none, or something stands in the way
   */
  public static void pack(Path run, Path out, String title, String detail) {
    if (Files.exists(out)) {
      throw new InputException("%s exists already; name another folder.".formatted(out));
    }
    if (!RunFolder.isRun(run)) {
      throw new InputException("%s is no run folder: it has no run.json.".formatted(run));
    }
    Path checkpoint = ModelFolder.open(run).path();
    Path part = out.resolveSibling(out.getFileName() + ".part");
    try {
      Path weights = part.resolve(RunFolder.CHECKPOINTS).resolve(checkpoint.getFileName());
      Files.createDirectories(weights);
      for (String file : WEIGHTS) {
        if (Files.exists(checkpoint.resolve(file))) {
          Files.copy(checkpoint.resolve(file), weights.resolve(file));
        }
      }
      Files.copy(run.resolve(RunFolder.METRICS), part.resolve(RunFolder.METRICS));
      Files.copy(run.resolve(RunFolder.EVENTS), part.resolve(RunFolder.EVENTS));
      if (Files.exists(run.resolve(RunFolder.PROBES))) {
        Files.copy(run.resolve(RunFolder.PROBES), part.resolve(RunFolder.PROBES));
      }
      write(part.resolve(RunFolder.RUN), withoutPaths(run.resolve(RunFolder.RUN)));
      write(part.resolve("sample.json"), card(title, detail));
      Files.move(part, out);
    } catch (IOException e) {
      throw new InputException(
          "%s can't be packed to %s: %s".formatted(run, out, e.getMessage()), e);
    }
  }

  private static JsonNode withoutPaths(Path file) throws IOException {
    ObjectNode run = (ObjectNode) JSON.readTree(file.toFile());
    ObjectNode data = (ObjectNode) run.at("/config/data");
    data.putArray("data").add(SampleData.NAME);
    data.put("tokenizer", SampleData.NAME);
    for (JsonNode digest : run.at("/provenance/data")) {
      String path = digest.path("path").asText();
      ((ObjectNode) digest).put("path", Path.of(path).getFileName().toString());
    }
    return run;
  }

  private static JsonNode card(String title, String detail) {
    ObjectNode card = JSON.createObjectNode().put("title", title).put("detail", detail);
    ArrayNode examples = card.putArray("examples");
    SampleData.exampleTexts().forEach(examples::add);
    return card;
  }

  private static void write(Path file, JsonNode contents) throws IOException {
    Files.writeString(file, PRETTY.writeValueAsString(contents) + "\n");
  }
}
