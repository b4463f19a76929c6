package dev.switchyard.engine.microscope;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.model.AlteredRouting;
import dev.switchyard.engine.model.ForwardTrace;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.CapacityConfig;
import dev.switchyard.engine.observe.Microscope.Request;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.RoutingTrace.Prediction;
import dev.switchyard.engine.observe.RoutingTrace.Row;
import dev.switchyard.engine.observe.TokenText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The texts of a request on their way through a model, as rows of one batch. */
final class TextRouting {
  /** Texts of a request at most. */
  private static final int MOST_TEXTS = 256;

  /** What attention's memory grows with, texts times the square of the longest, at most. */
  private static final long MOST_SQUARES = 4L * Reading.MOST_TOKENS * Reading.MOST_TOKENS;

  private final SwitchTransformer model;
  private final Tokenizer tokenizer;
  private final Request request;
  private final List<Reading> inputs = new ArrayList<>();
  private final List<Reading> targets = new ArrayList<>();
  private final List<int[]> labels = new ArrayList<>();
  private final Map<Integer, TokenText> plain = new HashMap<>();

  TextRouting(SwitchTransformer model, Tokenizer tokenizer, Request request) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.request = request;
    int texts = request.texts().size();
    if (texts == 0 || texts > MOST_TEXTS) {
      throw new InputException(
          texts == 0
              ? "There is no text to route: give one."
              : "There are %,d texts, but at most %,d are routed at once: take some out."
                  .formatted(texts, MOST_TEXTS));
    }
    if (request.target() != null && texts > 1) {
      throw new InputException(
          "A target goes with a single text, but there are %d.".formatted(texts));
    }
    for (int i = 0; i < texts; i++) {
      read(request.texts().get(i), texts == 1 ? "text" : "text of line " + (i + 1));
    }
    int longest = Math.max(longest(inputs), longest(targets));
    if ((long) longest * longest * texts > MOST_SQUARES) {
      throw new InputException(
          "%,d texts of up to %,d tokens are too much at once: take some out."
              .formatted(texts, longest));
    }
  }

  private void read(String given, String what) {
    Reading text = Reading.of(tokenizer, given, what);
    if (!model.config().isEncoderDecoder()) {
      inputs.add(Reading.NOTHING);
      targets.add(text.begun());
      labels.add(text.thenNothing());
      return;
    }
    Reading target =
        request.target() == null ? text : Reading.of(tokenizer, request.target(), "target");
    inputs.add(text.ended());
    targets.add(target.ended().shifted());
    labels.add(target.ended().ids());
  }

  private static int longest(List<Reading> rows) {
    return rows.stream().mapToInt(row -> row.ids().length).max().orElse(0);
  }

  /** A trace for each routing group. */
  List<RoutingTrace> traces() {
    int rows = inputs.size();
    AlteredRouting altered = WhatIfRouting.of(model, request.whatIf(), rows == 1 ? 0 : groups());
    boolean apart =
        !request.together()
            || altered.routing().capacity().capacityRule().equals(CapacityConfig.HUGGING_FACE);
    long start = System.nanoTime();
    ForwardTrace trace = model.traceUnder(altered, batch());
    double milliseconds = (System.nanoTime() - start) / 1e6;
    if (rows == 1) {
      return List.of(trace(trace, 0, 1, trace.layers(), false, milliseconds));
    }
    boolean padding = !altered.routing().routerIgnorePaddingTokens();
    List<RoutingTrace> traces = new ArrayList<>();
    for (int row = 0; row < rows; row += apart ? 1 : rows) {
      int end = apart ? row + 1 : rows;
      int[] read = places(inputs, row, end, padding);
      int[] written = places(targets, row, end, padding);
      List<LayerRouting> layers =
          trace.layers().stream().map(l -> l.of(l.encoder() ? read : written)).toList();
      traces.add(trace(trace, row, end, layers, padding, milliseconds));
    }
    return List.copyOf(traces);
  }

  /** A group for each text, unless they share the room. */
  private int groups() {
    return request.together() ? 1 : inputs.size();
  }

  /** The places of some rows' tokens in the batch, with their padding where it is routed. */
  private static int[] places(List<Reading> rows, int from, int to, boolean padding) {
    int length = longest(rows);
    return IntStream.range(from, to)
        .flatMap(
            row -> {
              int own = padding ? length : rows.get(row).ids().length;
              return IntStream.range(row * length, row * length + own);
            })
        .toArray();
  }

  private Batch batch() {
    int read = longest(inputs);
    int written = longest(targets);
    int rows = inputs.size();
    int[] labelIds = new int[rows * written];
    Arrays.fill(labelIds, Batch.IGNORED);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(labels.get(row), 0, labelIds, row * written, labels.get(row).length);
    }
    return new Batch(
        rows,
        read,
        written,
        padded(inputs, read, false),
        padded(targets, written, false),
        labelIds,
        padded(inputs, read, true),
        padded(targets, written, true));
  }

  private static int[] padded(List<Reading> rows, int length, boolean mask) {
    int[] padded = new int[rows.size() * length];
    for (int row = 0; row < rows.size(); row++) {
      int[] ids = rows.get(row).ids();
      if (mask) {
        Arrays.fill(padded, row * length, row * length + ids.length, 1);
      } else {
        System.arraycopy(ids, 0, padded, row * length, ids.length);
      }
    }
    return padded;
  }

  /** What became of the texts from one on to before another. */
  private RoutingTrace trace(
      ForwardTrace trace, int from, int to, List<LayerRouting> layers, boolean padding, double ms) {
    List<TokenText> read = new ArrayList<>();
    List<TokenText> written = new ArrayList<>();
    List<Row> starts = new ArrayList<>();
    List<Prediction> predictions = new ArrayList<>();
    int length = longest(targets);
    double nats = 0;
    int counted = 0;
    for (int row = from; row < to; row++) {
      starts.add(new Row(read.size(), written.size()));
      read.addAll(tokens(inputs.get(row), padding ? longest(inputs) : 0));
      written.addAll(tokens(targets.get(row), padding ? length : 0));
      int[] wanted = labels.get(row);
      for (int i = 0; i < (padding ? length : wanted.length); i++) {
        int label = i < wanted.length ? wanted[i] : Batch.IGNORED;
        int place = row * length + i;
        predictions.add(prediction(trace.expected(), place, label));
        if (label != Batch.IGNORED) {
          nats += trace.expected().loss()[place];
          counted++;
        }
      }
    }
    boolean all = from == 0 && to == inputs.size();
    double loss = all ? trace.crossEntropy() : counted == 0 ? 0 : nats / counted;
    return new RoutingTrace(
        List.copyOf(read),
        List.copyOf(written),
        layers,
        loss,
        ms,
        List.copyOf(starts),
        List.copyOf(predictions));
  }

  private Prediction prediction(ForwardTrace.Expected expected, int place, int label) {
    boolean counts = label != Batch.IGNORED;
    return new Prediction(
        counts ? plain(label) : null,
        counts ? Math.exp(-expected.loss()[place]) : 0,
        plain(expected.best()[place]),
        expected.bestProbability()[place]);
  }

  private List<TokenText> tokens(Reading reading, int atLeast) {
    List<TokenText> tokens = new ArrayList<>();
    for (int i = 0; i < reading.ids().length; i++) {
      int id = reading.ids()[i];
      tokens.add(new TokenText(id, plain(id).text(), reading.starts()[i], reading.ends()[i]));
    }
    while (tokens.size() < atLeast) {
      tokens.add(plain(Tokenizer.PAD));
    }
    return tokens;
  }

  /** A token without a place in the text. */
  private TokenText plain(int id) {
    return plain.computeIfAbsent(id, i -> new TokenText(i, tokenizer.piece(i), -1, -1));
  }
}
