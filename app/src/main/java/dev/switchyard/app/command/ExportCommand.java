package dev.switchyard.app.command;

import dev.switchyard.app.terminal.DataProgress;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.workbench.ModelExchange;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.StoredType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard export}. */
@Command(
    name = "export",
    description = {
      "Writes a model as Hugging Face's transformers has it: config.json, safetensors files, and"
          + " tokenizer.json. A model without Switch layers becomes a t5.",
      "What the library will do otherwise with the weights is said, in a line each."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ExportCommand implements Callable<Integer> {
  /** Weights as they are. */
  private static final String KEPT = "kept";

  private static final long GIGABYTE = 1_000_000_000;

  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      paramLabel = "MODEL",
      description = "A run's folder or name, a checkpoint, another model folder, or a sample.")
  private String model;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "Must not exist yet, or be empty.")
  private Path out;

  @Option(
      names = "--dtype",
      paramLabel = "T",
      defaultValue = KEPT,
      description = "Of the weights: float32, float16, bfloat16 or kept (default).")
  private String type;

  @Option(
      names = "--shard-size",
      paramLabel = "GB",
      defaultValue = "5",
      description = "Files of at most so many gigabytes (default: ${DEFAULT-VALUE}).")
  private double gigabytes;

  @Option(
      names = "--expert-capacity",
      paramLabel = "N",
      description =
          "Tokens of a row that each expert takes there, whatever the row's length (default: what"
              + " the model's capacity factor of evaluation gives a row of its input_length).")
  private Integer expertCapacity;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (!(gigabytes > 0 && gigabytes <= 1e6)) {
      throw new InputException("--shard-size is %s, but must be above 0.".formatted(gigabytes));
    }
    if (expertCapacity != null && expertCapacity < 1) {
      throw new InputException(
          "--expert-capacity is %d, but must be at least 1.".formatted(expertCapacity));
    }
    List<String> differences = export();
    if (json) {
      Map<String, Object> written = new LinkedHashMap<>();
      written.put("folder", out.toString());
      written.put("differences", differences);
      JsonLines.write(switchyard.terminal().out(), written);
    } else {
      switchyard.terminal().out().println(out);
      differences.forEach(switchyard.terminal().out()::println);
    }
    return Problems.DONE;
  }

  private List<String> export() {
    DataProgress progress = new DataProgress(switchyard.terminal(), "copying the weights");
    try {
      return new ModelExchange(switchyard.home())
          .exportTo(model, out, expertCapacity, stored(), (long) (gigabytes * GIGABYTE), progress);
    } finally {
      progress.end();
    }
  }

  private StoredType stored() {
    return switch (type) {
      case KEPT -> null;
      case "float32" -> StoredType.F32;
      case "float16" -> StoredType.F16;
      case "bfloat16" -> StoredType.BF16;
      default ->
          throw new InputException(
              "--dtype is \"%s\", but must be float32, float16, bfloat16 or kept.".formatted(type));
    };
  }
}
