package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.layer.OutputHead;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.SwitchLayer;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reads prompts once and then decodes token by token, with the keys and values of earlier tokens
 * kept. One row for each prompt, or several that go different ways ("beams").
 *
 * <p>Its logits are those of the full forward pass wherever no token of the decoder is dropped
 * there. Here none ever is: a token that is decoded does not compete with tokens that were decoded
 * before it, nor with other prompts'. The encoder reads each prompt as a group of its own, with the
 * capacity of evaluation. So what a prompt gives does not depend on those beside it.
 *
 * <p>For one thread, the model's. Other passes of the model may come between two of its calls.
 */
public final class IncrementalDecoder implements AutoCloseable {
  private static final int TOKENS_AT_ONCE = 4096;

  private final SwitchTransformer model;
  private final AlteredRouting altered;
  private final Backend backend;
  private final Layers layers;
  private final int rows;
  private DecoderCache cache;
  private Stack.Saved last;
  private List<LayerRouting> routing;
  private float[] logits;
  private long passes;

  /** The same, routed as in evaluation. */
  public IncrementalDecoder(
      SwitchTransformer model, List<int[]> inputs, List<int[]> beginnings, int beams) {
    this(model, AlteredRouting.of(model.routing(), null), inputs, beginnings, beams);
  }

  /**
   * A decoder that has read its prompts: {@link #logits} are those of the first new token.
   *
   * @param model whose weights stay as they are meanwhile
   * @param altered how tokens are routed; its capacity holds for what the encoder reads alone
   * @param inputs what the encoder reads, a prompt each; no rows for a decoder alone
   * @param beginnings what the decoder reads first: the start token, and what of its text is given
   * @param beams rows for each prompt, side by side
   * @throws InputException for token ids that the model does not have
   */
  public IncrementalDecoder(
      SwitchTransformer model,
      AlteredRouting altered,
      List<int[]> inputs,
      List<int[]> beginnings,
      int beams) {
    boolean encodes = model.config().isEncoderDecoder();
    if (beginnings.isEmpty()
        || beams < 1
        || inputs.size() != (encodes ? beginnings.size() : 0)
        || beginnings.stream().anyMatch(ids -> ids.length == 0)
        || inputs.stream().anyMatch(ids -> ids.length == 0)) {
      throw new IllegalArgumentException(
          "%d inputs and %d beginnings with %d beams do not make a generation"
              .formatted(inputs.size(), beginnings.size(), beams));
    }
    this.model = model;
    this.altered = altered;
    this.backend = model.activationBackend();
    this.layers = model.layers();
    this.rows = beginnings.size() * beams;
    inputs.forEach(model::checkIds);
    beginnings.forEach(model::checkIds);
    int longest = beginnings.stream().mapToInt(ids -> ids.length).max().orElseThrow();
    int[] ids = new int[rows * longest];
    int[] padding = new int[rows];
    for (int row = 0; row < rows; row++) {
      int[] given = beginnings.get(row / beams);
      padding[row] = longest - given.length;
      System.arraycopy(given, 0, ids, row * longest + padding[row], given.length);
    }
    if (encodes) {
      readInputs(inputs, padding, beams);
    } else {
      cache = new DecoderCache(model.quietPass(), layers.decoder(), padding, null, null, null);
    }
    try {
      extend(ids, longest);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Encodes each prompt and keeps what cross-attention reads of it. */
  private void readInputs(List<int[]> inputs, int[] padding, int beams) {
    int longest = inputs.stream().mapToInt(ids -> ids.length).max().orElseThrow();
    int width = model.config().dModel();
    int[] mask = new int[rows * longest];
    Tensor memory = backend.allocate(rows, longest, width);
    try {
      for (int row = 0; row < rows; row++) {
        int length = inputs.get(row / beams).length;
        Arrays.fill(mask, row * longest, row * longest + length, 1);
      }
      byLength(inputs).forEach((length, prompts) -> encode(inputs, length, prompts, beams, memory));
      boolean padded = Arrays.stream(mask).anyMatch(seen -> seen == 0);
      cache =
          new DecoderCache(
              model.quietPass(),
              layers.decoder(),
              padding,
              memory,
              new Sequences(rows, longest, null),
              padded ? mask : null);
    } finally {
      backend.free(memory);
    }
  }

  private static Map<Integer, List<Integer>> byLength(List<int[]> inputs) {
    return IntStream.range(0, inputs.size())
        .boxed()
        .collect(
            Collectors.groupingBy(
                prompt -> inputs.get(prompt).length, TreeMap::new, Collectors.toList()));
  }

  /** Encodes prompts of one length, a few at a time, into the rows of the memory. */
  private void encode(
      List<int[]> inputs, int length, List<Integer> prompts, int beams, Tensor memory) {
    int atOnce = Math.max(1, TOKENS_AT_ONCE / length);
    for (int from = 0; from < prompts.size(); from += atOnce) {
      List<Integer> some = prompts.subList(from, Math.min(from + atOnce, prompts.size()));
      Tensor encoded = model.encode(nextPass(), altered, some.stream().map(inputs::get).toList());
      for (int i = 0; i < some.size(); i++) {
        Tensor one = encoded.part(i * length, (i + 1) * length);
        for (int beam = 0; beam < beams; beam++) {
          int row = some.get(i) * beams + beam;
          Tensor ofRow = memory.part(row, row + 1).as(memory.length(1), memory.length(2));
          backend.copy(one, ofRow.part(0, length));
        }
      }
    }
  }

  /** Rows: prompts times beams. */
  public int rows() {
    return rows;
  }

  /** The logits of each row's next token, [rows * V]; a new array for each token. */
  public float[] logits() {
    return logits;
  }

  /** Appends a token to each row. */
  public void append(int[] tokens) {
    if (tokens.length != rows) {
      throw new IllegalArgumentException(
          "There are %d rows, but %d tokens".formatted(rows, tokens.length));
    }
    model.checkIds(tokens);
    extend(tokens, 1);
  }

  /** Row i goes on from what row {@code source[i]} has so far; both of the same prompt. */
  public void reorder(int[] source) {
    cache.reorder(model.quietPass(), source);
    last = null;
    routing = null;
  }

  /** Each draws noise of its own, if any. */
  private Pass nextPass() {
    return model.noisyPass(altered.seed(), passes++);
  }

  private void extend(int[] ids, int length) {
    Pass pass = nextPass();
    Sequences own = new Sequences(rows, length, null);
    StackRouting each =
        new StackRouting(
            model.config(), altered.routing(), capacity(own.tokens()), altered.intervention());
    last =
        layers
            .decoder()
            .extend(
                pass, pass.ints(ids, own.tokens()), own, cache, each.of(pass, false, own, null));
    OutputHead.Saved head = layers.head().forward(pass, lastOfEachRow(pass, last.out(), length));
    routing = null;
    logits = backend.floats(head.logits());
  }

  /** As many places at every expert as there are tokens: nobody is dropped. */
  private ExpertCapacity capacity(int tokens) {
    return new ExpertCapacity(altered.routing().capacity().inGroups(1).withRoomFor(tokens), 1);
  }

  private Tensor lastOfEachRow(Pass pass, Tensor tokens, int length) {
    if (length == 1) {
      return tokens;
    }
    int[] index = new int[rows];
    Arrays.setAll(index, row -> (row + 1) * length - 1);
    Tensor out = pass.take(rows, tokens.length(-1));
    backend.embed(pass.ints(index, rows), tokens, out);
    return out;
  }

  /**
   * Where the last token of a row went in the decoder's Switch layers, one token each; it is the
   * token whose place wrote the logits. To be asked before the model's next pass.
   */
  public List<LayerRouting> routing(int row) {
    if (last == null) {
      throw new IllegalStateException("The rows were reordered after the last token");
    }
    if (routing == null) {
      routing = new ArrayList<>();
      for (Block.Saved block : last.blocks()) {
        for (SwitchLayer.Saved saved : block.switchLayers()) {
          SwitchPlace place = layers.placesOf(false).get(routing.size());
          routing.add(BatchPass.routing(backend, place, saved));
        }
      }
    }
    int token = (row + 1) * (last.sequences().tokens() / rows) - 1;
    return routing.stream().map(layer -> layer.of(token)).toList();
  }

  @Override
  public void close() {
    if (cache != null) {
      cache.close();
    }
  }
}
