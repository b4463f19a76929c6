package dev.switchyard.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.train.Workbench;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
  private static final Map<String, String> FILES =
      Map.of(
          "pair/run.json", "{}",
          "pair/metrics.jsonl", "{}\n",
          "pair/checkpoints/step-5/model.safetensors", "weights",
          "pair/sample.json",
              "{\"title\": \"A pair\", \"detail\": \"Small.\", \"examples\": [\"one\", \"two\"]}",
          "plain/run.json", "{}");

  @TempDir Path folder;

  private Samples inFolder() throws IOException {
    Path home = folder.resolve("classes");
    for (var file : FILES.entrySet()) {
      Path path = home.resolve("dev/switchyard/samples").resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Files.writeString(home.resolve("dev/switchyard/samples/Samples.class"), "no sample");
    return new Samples(home);
  }

  private Samples inJar() throws IOException {
    Path jar = folder.resolve("some samples.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (var file : FILES.entrySet()) {
        entries.putNextEntry(new JarEntry("dev/switchyard/samples/" + file.getKey()));
        entries.write(file.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return new Samples(jar);
  }

  @Test
  void listsSamplesOfAFolderAndOfAJar() throws IOException {
    for (Samples samples : List.of(inFolder(), inJar())) {
      assertThat(samples.list())
          .containsExactly(
              new Workbench.Sample("pair", "A pair", "Small.", true),
              new Workbench.Sample("plain", "plain", "", false));
      assertThat(samples.exampleTexts("pair")).containsExactly("one", "two");
      assertThat(samples.exampleTexts("plain")).isEmpty();
    }
  }

  @Test
  void copiesASampleWholeAndOnce() throws IOException {
    for (Samples samples : List.of(inFolder(), inJar())) {
      Path cache = folder.resolve("cache");
      Path pair = samples.extract("pair", cache);
      assertThat(pair).hasFileName("pair");
      assertThat(pair.resolve("checkpoints/step-5/model.safetensors")).hasContent("weights");
      assertThat(samples.extract("pair", cache)).isEqualTo(pair);
      try (Stream<Path> beside = Files.list(pair.getParent())) {
        assertThat(beside).as("no half copy stays").containsExactly(pair);
      }
    }
  }

  @Test
  void saysWhichSamplesThereAre() throws IOException {
    Samples samples = inFolder();
    for (String name : List.of("nothing", "", "..", "pair/checkpoints")) {
      assertThatThrownBy(() -> samples.extract(name, folder))
          .isInstanceOf(InputException.class)
          .hasMessage("There is no sample \"%s\"; there are: pair, plain.".formatted(name));
    }
  }

  @Test
  void theBundledSamplesCanBeListed() {
    assertThat(Samples.bundled().list()).allSatisfy(s -> assertThat(s.title()).isNotBlank());
  }
}
