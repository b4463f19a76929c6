package dev.switchyard.app.command;

import dev.switchyard.app.workbench.ModelExchange;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.StoredType;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard export}. */
@Command(
    name = "export",
    description =
        "Writes a model as Hugging Face's transformers has it: config.json, safetensors files, and"
            + " tokenizer.json. A model without Switch layers becomes a t5.",
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

  @Override
  public Integer call() {
    if (!(gigabytes > 0 && gigabytes <= 1e6)) {
      throw new InputException("--shard-size is %s, but must be above 0.".formatted(gigabytes));
    }
    if (expertCapacity != null && expertCapacity < 1) {
      throw new InputException(
          "--expert-capacity is %d, but must be at least 1.".formatted(expertCapacity));
    }
    new ModelExchange(switchyard.home())
        .exportTo(model, out, expertCapacity, stored(), (long) (gigabytes * GIGABYTE));
    switchyard.terminal().out().println(out);
    return Problems.DONE;
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
