package dev.switchyard.views.fake;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Decoding;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.RoutingTrace.Prediction;
import dev.switchyard.engine.observe.RoutingTrace.Row;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.engine.observe.WhatIf;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Routes words by their letters: each layer has its own taste, first come first served. */
public final class FakeMicroscope implements Microscope {
  /** What is routed at first. */
  public static final String EXAMPLE =
      "the night ferry carries seven paper lanterns across the river while the baker counts coins"
          + " and the bell rings twice before the first cold train leaves";

  private final Subject subject;
  private final List<String> layers;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile boolean closed;
  private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

  public FakeMicroscope(String name, int experts, List<String> layers) {
    subject =
        new Subject(
            name,
            "%d experts · %d Switch layers · 1.9 M parameters".formatted(experts, layers.size()),
            experts,
            1.0,
            true,
            List.of(EXAMPLE, "seven cold coins ring on the river stone while the lanterns sleep"),
            "top_1",
            List.of("sample-corpus"));
    this.layers = layers;
  }

  @Override
  public Subject subject() {
    return subject;
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** How many requests came. */
  public int requests() {
    return requests.get();
  }

  /** Until it is given back, requests wait. */
  public void hold(CompletableFuture<Void> gate) {
    this.gate = gate;
  }

  @Override
  public CompletableFuture<List<RoutingTrace>> routeAll(Request request) {
    requests.incrementAndGet();
    if (request.texts().stream().anyMatch(text -> text.contains("unroutable"))) {
      return CompletableFuture.failedFuture(
          new InputException("The text is unroutable: write another."));
    }
    if (request.whatIf().off().size() >= subject.experts()) {
      return CompletableFuture.failedFuture(
          new InputException("All experts are switched off: leave one on."));
    }
    return gate.thenApply(
        open ->
            request.together() || request.texts().size() == 1
                ? List.of(together(request))
                : request.texts().stream()
                    .map(t -> new Request(List.of(t), null, false, request.whatIf()))
                    .map(this::trace)
                    .toList());
  }

  private RoutingTrace together(Request request) {
    String all = String.join(" ", request.texts());
    RoutingTrace one = trace(new Request(List.of(all), null, false, request.whatIf()));
    List<Row> rows = new ArrayList<>();
    int start = 0;
    for (String text : request.texts()) {
      rows.add(new Row(start, start));
      start += tokens(text).size();
    }
    return new RoutingTrace(
        one.encoderTokens(),
        one.decoderTokens(),
        one.layers(),
        one.crossEntropy(),
        one.milliseconds(),
        rows,
        one.predictions());
  }

  /** What {@link #routeAll} answers for a single text. */
  public RoutingTrace trace(Request request) {
    WhatIf whatIf = request.whatIf();
    List<TokenText> tokens = tokens(request.texts().getFirst());
    List<LayerRouting> routed = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      routed.add(layer(layers.get(l), l, tokens, whatIf));
    }
    int dropped = routed.stream().mapToInt(LayerRouting::dropped).sum();
    boolean encoder = layers.stream().anyMatch(name -> name.startsWith("enc"));
    return new RoutingTrace(
        encoder ? tokens : List.of(),
        tokens,
        routed,
        2.3 + 0.004 * dropped,
        11.2,
        List.of(new Row(0, 0)),
        predictions(tokens, routed.getLast()));
  }

  /** What is kept in the last layer is followed rightly, what is dropped by "stone". */
  private static List<Prediction> predictions(List<TokenText> tokens, LayerRouting last) {
    List<Prediction> predictions = new ArrayList<>();
    for (int t = 0; t < tokens.size(); t++) {
      TokenText target = tokens.get((t + 1) % tokens.size());
      TokenText best = last.kept()[t] ? target : new TokenText(7, "stone", -1, -1);
      predictions.add(new Prediction(target, 0.4, best, 0.6));
    }
    return predictions;
  }

  /** With a what-if other words are written. */
  private static final List<String> WRITTEN_OTHERWISE =
      List.of("‹extra_id_0›", "paper", "boats", "past", "the", "silver", "bell", "‹end›");

  private static final List<String> WRITTEN =
      List.of("‹extra_id_0›", "paper", "boats", "and", "seven", "silver", "spoons", "‹end›");

  /** Every blank is filled with the same words. */
  @Override
  public CompletableFuture<List<Generation>> generate(Prompt prompt, GenerationListener listener) {
    String text = prompt.texts().getFirst();
    if (text.contains("unwritable")) {
      return CompletableFuture.failedFuture(
          new InputException("The text is unwritable: write another."));
    }
    List<GenerationStep> steps = new ArrayList<>();
    List<String> written = prompt.whatIf().isNothing() ? WRITTEN : WRITTEN_OTHERWISE;
    for (String word : written) {
      GenerationStep step = step(steps.size(), word, prompt.decoding().strategy(), prompt.whatIf());
      steps.add(step);
      listener.written(0, step);
    }
    String words = String.join(" ", written.subList(1, written.size() - 1));
    String filled = text.replaceAll("<extra_id_\\d+>|_{3,}", words);
    return CompletableFuture.completedFuture(
        List.of(
            new Generation(text, words, prompt.fill() ? filled : null, steps, true, -4.25, 8.6)));
  }

  private GenerationStep step(int number, String word, Decoding.Strategy strategy, WhatIf whatIf) {
    List<LayerRouting> routing = new ArrayList<>();
    TokenText token = new TokenText(Math.abs(word.hashCode() % 1000), word, -1, -1);
    for (int l = 0; l < layers.size(); l++) {
      if (layers.get(l).startsWith("dec")) {
        routing.add(layer(layers.get(l), l, List.of(token), whatIf));
      }
    }
    double p = strategy == Decoding.Strategy.SAMPLE ? 0.31 : 0.62;
    List<GenerationStep.Alternative> alternatives =
        List.of(
            new GenerationStep.Alternative(token, p),
            new GenerationStep.Alternative(new TokenText(90, "lanterns", -1, -1), p / 3),
            new GenerationStep.Alternative(new TokenText(91, "coins", -1, -1), p / 7));
    return new GenerationStep(number, token, p, alternatives, routing);
  }

  private static List<TokenText> tokens(String text) {
    List<TokenText> tokens = new ArrayList<>();
    Matcher words = Pattern.compile("\\S+").matcher(text);
    while (words.find()) {
      tokens.add(
          new TokenText(
              Math.abs(words.group().hashCode() % 1000),
              words.group(),
              words.start(),
              words.end()));
    }
    return tokens;
  }

  private LayerRouting layer(String name, int index, List<TokenText> tokens, WhatIf whatIf) {
    double factor =
        whatIf.capacityFactor() == null ? subject.capacityFactor() : whatIf.capacityFactor();
    int experts = subject.experts();
    int n = tokens.size();
    int capacity = Math.max(2, (int) (n * factor / experts));
    int[] expert = new int[n];
    float[] gate = new float[n];
    int[] position = new int[n];
    boolean[] kept = new boolean[n];
    float[][] probabilities = new float[n][experts];
    int[] asked = new int[experts];
    double[] mean = new double[experts];
    for (int t = 0; t < n; t++) {
      Random taste = new Random(tokens.get(t).text().hashCode() * 31L + index * 977L);
      double sum = 0;
      for (int e = 0; e < experts; e++) {
        double logit = 1.9 * taste.nextGaussian() + (e == (index * 3 + 2) % experts ? 1.1 : 0);
        int number = e;
        boolean off = whatIf.off().stream().anyMatch(x -> x.isIn(name) && x.expert() == number);
        probabilities[t][e] = off ? 0 : (float) Math.exp(logit * (1 + whatIf.jitter()));
        sum += probabilities[t][e];
      }
      for (int e = 0; e < experts; e++) {
        probabilities[t][e] /= (float) sum;
        mean[e] += probabilities[t][e] / n;
        if (probabilities[t][e] > probabilities[t][expert[t]]) {
          expert[t] = e;
        }
      }
      int token = t;
      whatIf.forced().stream()
          .filter(x -> x.isIn(name))
          .findFirst()
          .ifPresent(x -> expert[token] = x.expert());
      gate[t] = probabilities[t][expert[t]];
      position[t] = asked[expert[t]]++;
      kept[t] = position[t] < capacity || "dropless".equals(whatIf.capacityRule());
    }
    double balance = 0;
    for (int e = 0; e < experts; e++) {
      balance += experts * mean[e] * asked[e] / Math.max(1, n);
    }
    return new LayerRouting(
        name,
        name.startsWith("enc"),
        index,
        experts,
        capacity,
        expert,
        gate,
        position,
        kept,
        probabilities,
        asked,
        balance);
  }

  @Override
  public void close() {
    closed = true;
  }
}
