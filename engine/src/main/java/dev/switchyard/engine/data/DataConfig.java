package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.Setting;
import java.util.List;

/** Where training text comes from, and how it becomes batches. */
public record DataConfig(
    @Setting("Text files (.txt, .md, .jsonl with a field text) or folders of them.")
        List<String> data,
    @Setting("bytes, or the path of a tokenizer.json.") String tokenizer,
    @Setting(
            value =
                "span_corruption: the encoder reads text with spans cut out, the decoder writes the"
                    + " spans. language_model: the decoder predicts each next token.",
            options = {"span_corruption", "language_model"},
            common = true)
        String objective,
    @Setting(value = "Share of tokens cut out by span corruption.", min = 0.01, max = 0.9)
        double noiseDensity,
    @Setting(value = "Mean length of a span that is cut out.", min = 1, max = 1000)
        double meanNoiseSpanLength,
    @Setting(value = "Tokens of a row that the encoder reads.", min = 4, max = 65536, common = true)
        int inputLength,
    @Setting(
            value =
                "Tokens of a row that the decoder writes; 0 takes what span corruption of"
                    + " input_length needs.",
            min = 0,
            max = 65536,
            common = true)
        int targetLength,
    @Setting(
            "Documents follow one another without gaps in a row; no gives each document rows of its"
                + " own.")
        boolean packDocuments,
    @Setting(value = "Share of the documents held out for evaluation.", min = 0, max = 0.9)
        double evalFraction,
    @Setting(value = "Rows among which each next row is drawn at random.", min = 1, max = 1_000_000)
        int shuffleRows) {

  /** Bytes, span corruption of 15% with spans of 3, rows of 128 tokens. */
  public static DataConfig defaults() {
    return new DataConfig(
        List.of(), "bytes", "span_corruption", 0.15, 3.0, 128, 0, true, 0.02, 512);
  }
}
