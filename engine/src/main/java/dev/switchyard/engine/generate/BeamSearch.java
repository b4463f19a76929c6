package dev.switchyard.engine.generate;

import dev.switchyard.engine.model.IncrementalDecoder;
import dev.switchyard.engine.observe.GenerationListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Beam search: of each prompt's texts so far the most probable are kept, and all their
 * continuations compared. A text's score is its log-probability over ((5 + n) / 6)^alpha, n its
 * tokens with the end token (Wu et al. 2016, as T5 does it). The result is the text with the best
 * score among those that ended; where none did within the length, among those cut off.
 *
 * @param beams texts kept
 * @param lengthPenalty alpha
 */
record BeamSearch(int beams, double lengthPenalty, StepDetail detail, GenerationListener listener)
    implements Search {
  private static final Comparator<Scored> BEST_FIRST =
      Comparator.comparingDouble(Scored::score).reversed();

  private record Scored(Hypothesis text, double score) {}

  /** A text of a prompt and the row of the decoder in which it stands. */
  private record Alive(Hypothesis text, int row) {}

  /** A token that may follow a text. */
  private record Continuation(Alive text, Distribution next, int token) {
    double logProbability() {
      return text.text().logProbability() + next.logProbability(token);
    }
  }

  /** One prompt's search. */
  private static final class Prompt {
    private final List<Scored> ended = new ArrayList<>();
    private List<Alive> alive;
    private boolean done;

    Prompt(int firstRow) {
      alive = List.of(new Alive(Hypothesis.EMPTY, firstRow));
    }
  }

  @Override
  public int rowsPerPrompt() {
    return beams;
  }

  @Override
  public List<Hypothesis> search(IncrementalDecoder decoder, Vocabulary vocabulary, int maxLength) {
    List<Prompt> prompts =
        IntStream.range(0, decoder.rows() / beams).mapToObj(p -> new Prompt(p * beams)).toList();
    for (int place = 0; place < maxLength; place++) {
      Search.checkWanted(listener);
      for (Prompt prompt : prompts) {
        if (!prompt.done) {
          extend(prompt, decoder, vocabulary);
          prompt.done = nothingBetterCanCome(prompt, maxLength);
        }
      }
      if (place == maxLength - 1 || prompts.stream().allMatch(prompt -> prompt.done)) {
        break;
      }
      advance(prompts, decoder, vocabulary);
    }
    List<Hypothesis> results = prompts.stream().map(this::best).toList();
    for (int p = 0; p < results.size(); p++) {
      for (var step : results.get(p).steps()) {
        listener.written(p, step);
      }
    }
    return results;
  }

  /** Compares all continuations by one token. */
  private void extend(Prompt prompt, IncrementalDecoder decoder, Vocabulary vocabulary) {
    List<Continuation> continuations = new ArrayList<>();
    for (Alive alive : prompt.alive) {
      Distribution next = vocabulary.next(decoder, alive.row());
      // Twice as many as are kept: should all beams end, as many that go on are still there.
      for (int token : next.best(Math.min(2 * beams, next.count()))) {
        continuations.add(new Continuation(alive, next, token));
      }
    }
    continuations.sort(Comparator.comparingDouble(Continuation::logProbability).reversed());
    List<Alive> goingOn = new ArrayList<>();
    for (Continuation each : continuations.subList(0, Math.min(2 * beams, continuations.size()))) {
      boolean ends = each.token() == vocabulary.end();
      if (!ends && goingOn.size() == beams) {
        continue;
      }
      Hypothesis text = longer(each, decoder);
      if (ends) {
        prompt.ended.add(new Scored(text, score(text.logProbability(), text.length())));
      } else {
        goingOn.add(new Alive(text, each.text().row()));
      }
    }
    prompt.ended.sort(BEST_FIRST);
    if (prompt.ended.size() > beams) {
      prompt.ended.subList(beams, prompt.ended.size()).clear();
    }
    prompt.alive = goingOn;
  }

  private Hypothesis longer(Continuation of, IncrementalDecoder decoder) {
    Hypothesis text = of.text().text();
    int row = of.text().row();
    return text.then(
        of.token(),
        of.next().logProbability(of.token()),
        detail.of(decoder, row, of.next(), of.token(), text.length()));
  }

  /** Whether no text that goes on could take a place among those that ended. */
  private boolean nothingBetterCanCome(Prompt prompt, int maxLength) {
    if (prompt.alive.isEmpty()) {
      return true;
    }
    if (prompt.ended.size() < beams) {
      return false;
    }
    // At best it loses no more probability, and is as long as can be.
    double hope = score(prompt.alive.getFirst().text().logProbability(), maxLength);
    return hope <= prompt.ended.getLast().score();
  }

  private double score(double logProbability, int length) {
    return logProbability / Math.pow((5.0 + length) / 6.0, lengthPenalty);
  }

  /** Moves the rows to where the texts that go on came from, and appends their tokens. */
  private void advance(List<Prompt> prompts, IncrementalDecoder decoder, Vocabulary vocabulary) {
    int[] source = new int[decoder.rows()];
    int[] tokens = new int[decoder.rows()];
    Arrays.setAll(source, row -> row);
    Arrays.fill(tokens, vocabulary.end());
    for (int p = 0; p < prompts.size(); p++) {
      Prompt prompt = prompts.get(p);
      if (prompt.done) {
        continue;
      }
      List<Alive> moved = new ArrayList<>();
      for (int i = 0; i < prompt.alive.size(); i++) {
        int row = p * beams + i;
        source[row] = prompt.alive.get(i).row();
        tokens[row] = prompt.alive.get(i).text().token();
        moved.add(new Alive(prompt.alive.get(i).text(), row));
      }
      prompt.alive = moved;
    }
    decoder.reorder(source);
    decoder.append(tokens);
  }

  private Hypothesis best(Prompt prompt) {
    return prompt.ended.isEmpty() ? prompt.alive.getFirst().text() : prompt.ended.getFirst().text();
  }
}
