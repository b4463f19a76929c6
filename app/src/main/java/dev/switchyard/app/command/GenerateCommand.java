package dev.switchyard.app.command;

import dev.switchyard.app.terminal.GenerationJson;
import dev.switchyard.app.terminal.GenerationTable;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Decoding;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.train.Workbench;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard generate}. */
@Command(
    name = "generate",
    description = {
      "Lets a model write after a text, or fill the blanks in one.",
      "An encoder reads the text and the decoder writes; a decoder alone goes on with it."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class GenerateCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A run's folder or name, a checkpoint, or a sample's name.")
  private String model;

  @Parameters(
      index = "1..*",
      paramLabel = "TEXT",
      description =
          "Texts to write after; - reads one from standard input, as does leaving them out.")
  private List<String> texts = List.of();

  @Option(
      names = "--fill",
      description =
          "Fill the blanks in the text, <extra_id_0>, <extra_id_1>, ... or ___, and print the whole"
              + " text.")
  private boolean fill;

  @Option(
      names = "--strategy",
      paramLabel = "S",
      description =
          "greedy (the most probable token each time), sample (drawn at random), or beam (a search"
              + " for the most probable text). Default: what the other options are for, else"
              + " greedy.")
  private String strategy;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "sample: the logits are divided by it (default: 1).")
  private Double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "sample: draw among the most probable tokens whose probabilities sum to P (default: 1).")
  private Double topP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "sample: the same seed draws the same tokens; with --jitter, also of that (default: 1).")
  private Long seed;

  @Option(names = "--beams", paramLabel = "N", description = "beam: texts kept (default: 4).")
  private Integer beams;

  @Option(
      names = "--length-penalty",
      paramLabel = "A",
      description =
          "beam: a text of n tokens scores its log-probability / ((5 + n) / 6)^A (default: 0.6).")
  private Double lengthPenalty;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Most tokens that are written (default: ${DEFAULT-VALUE}).")
  private int maxLength = 64;

  @Option(
      names = "--steps",
      description = "Show every token with its probability, its runners-up and its experts.")
  private boolean steps;

  @Mixin private WhatIfOptions options = new WhatIfOptions();

  @Option(names = "--json", description = "One JSON object for each text, with all its steps.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Decoding decoding = decoding();
    List<String> given =
        texts.isEmpty()
            ? List.of(GivenText.standardInput())
            : texts.stream().map(t -> t.equals("-") ? GivenText.standardInput() : t).toList();
    if (given.stream().anyMatch(String::isBlank)) {
      throw new InputException("The text to write after is empty.");
    }
    try (Workbench workbench = switchyard.workbench();
        Microscope microscope = workbench.open(model)) {
      Microscope.Prompt prompt = new Microscope.Prompt(given, fill, decoding, options.whatIf(seed));
      Answer.of(microscope.generate(prompt, GenerationListener.NONE)).forEach(this::show);
    }
    return Problems.DONE;
  }

  private Decoding decoding() {
    boolean drawn = seed != null && !options.hasJitter();
    boolean samples = temperature != null || topP != null || drawn;
    boolean searches = beams != null || lengthPenalty != null;
    String chosen = strategy != null ? strategy : samples ? "sample" : searches ? "beam" : "greedy";
    if (samples && !chosen.equals("sample")) {
      throw new InputException(
          "--temperature, --top-p and --seed are for --strategy sample, not for %s."
              .formatted(chosen));
    }
    if (searches && !chosen.equals("beam")) {
      throw new InputException(
          "--beams and --length-penalty are for --strategy beam, not for %s.".formatted(chosen));
    }
    return switch (chosen) {
      case "greedy" -> Decoding.greedy(maxLength);
      case "sample" ->
          Decoding.sample(
              temperature == null ? 1 : temperature,
              topP == null ? 1 : topP,
              maxLength,
              seed == null ? 1 : seed);
      case "beam" ->
          Decoding.beam(
              beams == null ? 4 : beams, lengthPenalty == null ? 0.6 : lengthPenalty, maxLength);
      default ->
          throw new InputException(
              "--strategy is greedy, sample or beam, not \"%s\".".formatted(chosen));
    };
  }

  private void show(Generation generation) {
    Terminal terminal = switchyard.terminal();
    if (json) {
      JsonLines.write(terminal.out(), GenerationJson.of(generation));
      return;
    }
    terminal.out().println(generation.result());
    if (steps) {
      new GenerationTable(terminal.style()).lines(generation).forEach(terminal.out()::println);
    }
  }
}
