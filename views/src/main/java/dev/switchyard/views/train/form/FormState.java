package dev.switchyard.views.train.form;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What of the form comes back after a restart.
 *
 * @param preset its name; empty: none was chosen
 * @param place where runs go; null: where they always go
 * @param texts to train on
 * @param values settings that differ from the preset's, by name
 */
record FormState(String preset, Path place, List<Path> texts, Map<String, String> values) {
  private static final String PRESET = "preset";
  private static final String PLACE = "place";
  private static final String TEXTS = "texts";
  private static final String VALUES = "settings";

  /** As the form is now. */
  static FormState of(TrainFormModel model) {
    Map<String, String> preset =
        model.preset.get() == null ? Map.of() : model.preset.get().settings();
    Map<String, String> values = new LinkedHashMap<>();
    model.fields.forEach(
        (name, field) -> {
          String own = preset.getOrDefault(name, field.setting().defaultValue());
          if (!field.value().get().equals(own)) {
            values.put(name, field.value().get());
          }
        });
    return new FormState(
        model.preset.get() == null ? "" : model.preset.get().name(),
        model.place.get(),
        List.copyOf(model.texts),
        values);
  }

  Map<String, String> asTexts() {
    return Map.of(
        PRESET,
        preset,
        PLACE,
        place == null ? "" : place.toString(),
        TEXTS,
        texts.stream().map(Path::toString).collect(Collectors.joining("\n")),
        VALUES,
        values.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue().replace("\n", " "))
            .collect(Collectors.joining("\n")));
  }

  /** What such texts say; null where there are none. */
  static FormState from(UnaryOperator<String> texts) {
    if (texts.apply(PRESET).isEmpty()) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    texts
        .apply(VALUES)
        .lines()
        .filter(line -> line.contains("="))
        .forEach(
            line ->
                values.put(
                    line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
    List<Path> places = paths(texts.apply(PLACE));
    return new FormState(
        texts.apply(PRESET),
        places.isEmpty() ? null : places.getFirst(),
        paths(texts.apply(TEXTS)),
        values);
  }

  private static List<Path> paths(String lines) {
    List<Path> paths = new ArrayList<>();
    lines
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              try {
                paths.add(Path.of(line));
              } catch (InvalidPathException e) {
                // Written on another system.
              }
            });
    return paths;
  }
}
