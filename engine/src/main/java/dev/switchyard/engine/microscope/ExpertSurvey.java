package dev.switchyard.engine.microscope;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.LabelledTexts;
import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.WhatIf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;

/**
 * Reads a corpus with a model and counts what each expert is asked for. A few texts go through the
 * microscope at a time, so that other requests, and a training, find their turn between them.
 */
public final class ExpertSurvey {
  /** Texts that are routed at once; each is a routing group of its own. */
  private static final int TEXTS_AT_ONCE = 16;

  /** A long text says as much by its beginning. A token has a byte at least. */
  private static final int LONGEST_TEXT_BYTES = 1000;

  /** What attention's memory grows with: texts times the square of the longest. */
  private static final long SQUARES_AT_ONCE = 4_000_000;

  private ExpertSurvey() {}

  /**
   * Surveys a corpus on the calling thread.
   *
   * @param progress hears the share that is done, from 0 to 1
   * @param wanted asked between the texts: whether to go on
   * @throws CancellationException once it is not wanted any more
   * @throws InputException where a text can't be routed, or the model has no Switch layer
   */
  public static ExpertPreferences of(
      Microscope microscope, LabelledTexts texts, DoubleConsumer progress, BooleanSupplier wanted) {
    if (microscope.subject().experts() == 0) {
      throw new InputException(
          "%s is a dense model: it has no experts.".formatted(microscope.subject().name()));
    }
    long start = System.nanoTime();
    List<LabelledTexts.Text> all = texts.texts();
    List<LayerCount> layers = new ArrayList<>();
    TreeSet<String> labels = new TreeSet<>();
    long tokens = 0;
    for (int from = 0; from < all.size(); ) {
      if (!wanted.getAsBoolean()) {
        throw new CancellationException("The survey is not wanted any more");
      }
      List<LabelledTexts.Text> some = some(all, from);
      List<RoutingTrace> traces = route(microscope, some);
      for (int i = 0; i < some.size(); i++) {
        RoutingTrace trace = traces.get(i);
        tokens += Math.max(trace.encoderTokens().size(), trace.decoderTokens().size());
        count(layers, trace, some.get(i));
        labels.addAll(some.get(i).labels());
      }
      from += some.size();
      progress.accept((double) from / all.size());
    }
    return new ExpertPreferences(
        texts.source(),
        all.size(),
        tokens,
        List.copyOf(labels),
        layers.stream().map(LayerCount::result).toList(),
        (System.nanoTime() - start) / 1e6);
  }

  private static List<RoutingTrace> route(Microscope microscope, List<LabelledTexts.Text> some) {
    List<String> texts = some.stream().map(text -> shortened(text.text())).toList();
    try {
      return microscope.routeAll(new Microscope.Request(texts, null, false, WhatIf.NOTHING)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof InputException problem ? problem : e;
    }
  }

  /** The next texts: as many as go through at once. */
  private static List<LabelledTexts.Text> some(List<LabelledTexts.Text> all, int from) {
    long longest = 0;
    int to = from;
    while (to < all.size() && to - from < TEXTS_AT_ONCE) {
      longest = Math.max(longest, bytes(shortened(all.get(to).text())));
      if (to > from && longest * longest * (to - from + 1) > SQUARES_AT_ONCE) {
        break;
      }
      to++;
    }
    return all.subList(from, to);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String shortened(String text) {
    String shorter = text;
    while (bytes(shorter) > LONGEST_TEXT_BYTES) {
      int points = shorter.codePointCount(0, shorter.length());
      int fewer = Math.min(points - 1, points * LONGEST_TEXT_BYTES / bytes(shorter));
      shorter = shorter.substring(0, shorter.offsetByCodePoints(0, Math.max(1, fewer)));
    }
    return shorter;
  }

  private static void count(List<LayerCount> layers, RoutingTrace trace, LabelledTexts.Text text) {
    for (int l = 0; l < trace.layers().size(); l++) {
      LayerRouting routing = trace.layers().get(l);
      if (layers.size() <= l) {
        layers.add(new LayerCount(routing.name(), routing.experts()));
      }
      layers.get(l).add(routing, trace.tokens(routing), text);
    }
  }
}
