package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.RandomKey;
import java.util.Arrays;

/**
 * T5's objective, which Switch Transformers are pre-trained with: spans are cut out of a row at
 * random; the encoder reads the row with a sentinel in place of each span, and the decoder writes
 * the spans, with a sentinel in place of each stretch between them. Both end with the end token.
 *
 * <p>Of n tokens, round(n x density) are noise (at least 1, at most n - 1; halves go to the even
 * number), in round(noise / mean length) spans (at least 1). The lengths of the noise spans, and
 * those of the stretches between them, are each a uniformly random composition of their sum. A row
 * starts with a stretch that stays, and ends with a span.
 *
 * @param rowLength raw tokens of a full row: as many as fill the encoder's places
 * @param inputLength places that the encoder reads, S
 * @param targetLength places that the decoder writes, L
 * @param noiseDensity share of the tokens that is cut out
 * @param meanSpanLength mean length of a span
 * @param sentinels ids of sentinels 0, 1, ... as many as a full row takes
 * @param end id of the end token
 */
public record SpanCorruption(
    int rowLength,
    int inputLength,
    int targetLength,
    double noiseDensity,
    double meanSpanLength,
    int[] sentinels,
    int end)
    implements Objective {

  // Keeps these random numbers apart from those of the model, whose sites count from 0.
  private static final int SITE = 0x7370616E;

  /**
   * How many of a row's tokens are cut out.
   *
   * @param noise tokens cut out
   * @param kept tokens that stay
   * @param spans in which they are cut out
   */
  public record Counts(int noise, int kept, int spans) {
    /** What the encoder reads: the tokens that stay, the sentinels, the end. */
    public int inputs() {
      return kept + spans + 1;
    }

    /** What the decoder writes: the tokens cut out, the sentinels, the end. */
    public int targets() {
      return noise + spans + 1;
    }
  }

  /**
   * What becomes of a row: both end with the end token.
   *
   * @param inputs what the encoder reads
   * @param targets what the decoder is to write
   */
  public record Corrupted(int[] inputs, int[] targets) {}

  /**
   * The objective with the row length that fills {@code input_length}.
   *
   * @throws InputException where the tokenizer has too few sentinels, or the target is too short
   */
  public static SpanCorruption of(DataConfig config, Tokenizer tokenizer) {
    double density = config.noiseDensity();
    double mean = config.meanNoiseSpanLength();
    int inputs = config.inputLength();
    Counts full = fullRow(config);
    int length = full.noise() + full.kept();
    int targets = config.targetLength() > 0 ? config.targetLength() : full.targets();
    if (targets < full.targets()) {
      throw new InputException(
          ("target_length is %d, but span corruption of input_length %d writes %d tokens: set"
                  + " target_length to %d or more, or to 0 for exactly that.")
              .formatted(targets, inputs, full.targets(), full.targets()));
    }
    if (tokenizer.sentinels() == 0) {
      throw new InputException(
          "The tokenizer has no sentinels (<extra_id_0>, ...), which span corruption needs: take"
              + " the tokenizer bytes or one of T5's, or set objective to language_model.");
    }
    if (full.spans() > tokenizer.sentinels()) {
      throw new InputException(
          ("Span corruption of input_length %d cuts %d spans out of a row, but the tokenizer has %d"
                  + " sentinels: lower input_length or noise_density, or raise"
                  + " mean_noise_span_length.")
              .formatted(inputs, full.spans(), tokenizer.sentinels()));
    }
    int[] sentinels = new int[full.spans()];
    Arrays.setAll(sentinels, tokenizer::sentinel);
    return new SpanCorruption(length, inputs, targets, density, mean, sentinels, tokenizer.end());
  }

  /** How the longest row is divided whose inputs fit into {@code input_length}. */
  public static Counts fullRow(DataConfig config) {
    int length = 2;
    Counts full = counts(length, config.noiseDensity(), config.meanNoiseSpanLength());
    Counts longer = full;
    do {
      full = longer;
      longer = counts(++length, config.noiseDensity(), config.meanNoiseSpanLength());
    } while (longer.inputs() <= config.inputLength());
    return full;
  }

  /** How a row of {@code length} tokens, at least 2, is divided. */
  public static Counts counts(int length, double noiseDensity, double meanSpanLength) {
    int noise = Math.clamp((long) Math.rint(length * noiseDensity), 1, length - 1);
    int kept = length - noise;
    int spans = Math.max(1, (int) Math.rint(noise / meanSpanLength));
    // Every span follows a stretch of at least one token that stays.
    return new Counts(noise, kept, Math.min(spans, kept));
  }

  @Override
  public int shortestRow() {
    return 2;
  }

  /** Corrupts a row of {@code shortestRow} to {@code rowLength} raw tokens. */
  public Corrupted corrupt(int[] tokens, long seed, long number) {
    Counts counts = counts(tokens.length, noiseDensity, meanSpanLength);
    Draws draws = new Draws(new RandomKey(seed, number, SITE));
    int[] noise = composition(counts.noise(), counts.spans(), draws);
    int[] kept = composition(counts.kept(), counts.spans(), draws);
    int[] inputs = new int[counts.inputs()];
    int[] targets = new int[counts.targets()];
    int read = 0;
    int in = 0;
    int out = 0;
    for (int span = 0; span < counts.spans(); span++) {
      System.arraycopy(tokens, read, inputs, in, kept[span]);
      read += kept[span];
      in += kept[span];
      inputs[in++] = sentinels[span];
      targets[out++] = sentinels[span];
      System.arraycopy(tokens, read, targets, out, noise[span]);
      read += noise[span];
      out += noise[span];
    }
    inputs[in] = end;
    targets[out] = end;
    return new Corrupted(inputs, targets);
  }

  @Override
  public void write(Batch batch, int row, Row raw, long seed, long number) {
    Corrupted corrupted = corrupt(raw.tokens(), seed, number);
    int at = row * batch.inputLength();
    System.arraycopy(corrupted.inputs(), 0, batch.inputs(), at, corrupted.inputs().length);
    Arrays.fill(batch.inputMask(), at, at + corrupted.inputs().length, 1);
    Objective.writeTarget(batch, row, corrupted.targets(), corrupted.targets().length);
  }

  /** A uniformly random way to write {@code sum} as {@code parts} numbers of at least 1. */
  private static int[] composition(int sum, int parts, Draws draws) {
    int[] lengths = new int[parts];
    int part = 0;
    lengths[0] = 1;
    // Between neighbours is a cut or none: parts - 1 cuts among sum - 1 gaps, each set of them
    // equally likely.
    for (int gap = 0; gap < sum - 1; gap++) {
      int cutsLeft = parts - 1 - part;
      if (draws.below(sum - 1 - gap) < cutsLeft) {
        part++;
      }
      lengths[part]++;
    }
    return lengths;
  }
}
