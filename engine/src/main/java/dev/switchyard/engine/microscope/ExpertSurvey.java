package dev.switchyard.engine.microscope;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.LabelledTexts;
import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.WhatIf;
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

  private static final int LONGEST_TEXT = 4000;

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
    for (int from = 0; from < all.size(); from += TEXTS_AT_ONCE) {
      if (!wanted.getAsBoolean()) {
        throw new CancellationException("The survey is not wanted any more");
      }
      List<LabelledTexts.Text> some = all.subList(from, Math.min(all.size(), from + TEXTS_AT_ONCE));
      List<RoutingTrace> traces = route(microscope, some);
      for (int i = 0; i < some.size(); i++) {
        RoutingTrace trace = traces.get(i);
        tokens += Math.max(trace.encoderTokens().size(), trace.decoderTokens().size());
        count(layers, trace, some.get(i));
        labels.addAll(some.get(i).labels());
      }
      progress.accept((double) (from + some.size()) / all.size());
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

  /** A long text says as much by its beginning, and attention's cost grows with the square. */
  private static String shortened(String text) {
    if (text.length() <= LONGEST_TEXT) {
      return text;
    }
    int end = text.offsetByCodePoints(0, text.codePointCount(0, LONGEST_TEXT));
    return text.substring(0, end);
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
