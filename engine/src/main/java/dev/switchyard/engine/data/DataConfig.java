package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.Setting;
import java.util.List;

/** Where training text comes from, and how it becomes batches. */
public record DataConfig(
    @Setting(
            "Text files (.txt, .md, .jsonl with a field text) or folders of them; pairs of texts:"
                + " .tsv, or .jsonl with the fields input and target.")
        List<String> data,
    @Setting("bytes, or the path of a tokenizer.json.") String tokenizer,
    @Setting(
            value =
                "span_corruption: the encoder reads text with spans cut out, the decoder writes the"
                    + " spans. prefix_language_model: the encoder reads a beginning, the decoder"
                    + " writes the rest. language_model: a decoder alone predicts each next token."
                    + " text_to_text: pairs of an input and the target to write for it.",
            options = {
              "span_corruption",
              "prefix_language_model",
              "language_model",
              Objective.TEXT_TO_TEXT
            },
            common = true)
        String objective,
    @Setting(value = "Share of tokens cut out by span corruption.", min = 0.01, max = 0.9)
        double noiseDensity,
    @Setting(value = "Mean length of a span that is cut out.", min = 1, max = 1000)
        double meanNoiseSpanLength,
    @Setting(
            value =
                "Where prefix_language_model splits a row: random, or fixed (the encoder's places"
                    + " are full).",
            options = {"random", "fixed"})
        String prefixSplit,
    @Setting(value = "Tokens of a row that the encoder reads.", min = 4, max = 65536, common = true)
        int inputLength,
    @Setting(
            value =
                "Tokens of a row that the decoder writes; 0: what span corruption of input_length"
                    + " needs, for the other objectives as many as input_length.",
            min = 0,
            max = 65536,
            common = true)
        int targetLength,
    @Setting(
            "Documents follow one another without gaps in a row; no gives each document rows of its"
                + " own.")
        boolean packDocuments,
    @Setting(
            value =
                "as_one: all text together. by_folder: each folder in the data is a language, drawn"
                    + " with probability p ~ size^language_exponent and evaluated by itself.",
            options = {"as_one", Languages.BY_FOLDER})
        String languages,
    @Setting(
            value =
                "Of languages by folder: 1 takes them in proportion to their text, 0 all equally"
                    + " often.",
            min = 0,
            max = 1)
        double languageExponent,
    @Setting(value = "Share of the documents held out for evaluation.", min = 0, max = 0.9)
        double evalFraction,
    @Setting(value = "Rows among which each next row is drawn at random.", min = 1, max = 1_000_000)
        int shuffleRows) {

  /** Bytes, span corruption of 15% with spans of 3, rows of 128 tokens. */
  public static DataConfig defaults() {
    return new DataConfig(
        List.of(),
        "bytes",
        "span_corruption",
        0.15,
        3.0,
        "random",
        128,
        0,
        true,
        "as_one",
        0.3,
        0.02,
        512);
  }

  /** Whether the text is pairs of an input and a target. */
  public boolean takesPairs() {
    return objective.equals(Objective.TEXT_TO_TEXT);
  }
}
