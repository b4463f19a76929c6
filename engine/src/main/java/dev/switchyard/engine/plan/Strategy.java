package dev.switchyard.engine.plan;

import dev.switchyard.engine.parallel.Mesh;
import java.util.Arrays;

/** The ways of section 5 to divide a model and its batch. */
public enum Strategy {
  DATA("data", true, false, false),
  MODEL("model", false, false, true),
  DATA_MODEL("data and model", true, false, true),
  EXPERT("expert", false, true, false),
  DATA_EXPERT("data and expert", true, true, false),
  EXPERT_MODEL("expert and model", false, true, true),
  DATA_EXPERT_MODEL("data, expert and model", true, true, true);

  private final String word;
  private final boolean data;
  private final boolean expert;
  private final boolean model;

  Strategy(String word, boolean data, boolean expert, boolean model) {
    this.word = word;
    this.data = data;
    this.expert = expert;
    this.model = model;
  }

  /** As people write it. */
  public String word() {
    return word;
  }

  /** The strategy of a mesh; one device counts as data parallel. */
  public static Strategy of(Mesh mesh) {
    return Arrays.stream(values())
        .filter(
            each ->
                each.data == mesh.data() > 1
                    && each.expert == mesh.expert() > 1
                    && each.model == mesh.model() > 1)
        .findFirst()
        .orElse(DATA);
  }
}
