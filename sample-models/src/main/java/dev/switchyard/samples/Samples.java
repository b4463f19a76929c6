package dev.switchyard.samples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.train.Workbench;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The models that come with the program: run folders among its resources, each with its {@code
 * run.json}, checkpoints, {@code metrics.jsonl}, tokenizer, and a {@code sample.json} with the
 * fields title, detail and examples. To be opened by path, one is copied to a folder.
 */
public final class Samples {
  private static final String RESOURCES = "dev/switchyard/samples/";
  private static final String RUN = "run.json";
  private static final String RECORDING = "metrics.jsonl";
  private static final String CARD = "sample.json";

  private final Path home;

  /** The samples of a class folder or jar. */
  Samples(Path home) {
    this.home = home;
  }

  /** The samples that come with the program. */
  public static Samples bundled() {
    try {
      return new Samples(
          Path.of(Samples.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    } catch (URISyntaxException e) {
      throw broken(e);
    }
  }

  /** The models, by name. */
  public List<Workbench.Sample> list() {
    SortedSet<String> files = files();
    return files.stream()
        .filter(f -> f.endsWith("/" + RUN) && f.indexOf('/') == f.lastIndexOf('/'))
        .map(f -> sample(f.substring(0, f.indexOf('/')), files))
        .toList();
  }

  private Workbench.Sample sample(String name, SortedSet<String> files) {
    JsonNode card = card(name, files);
    return new Workbench.Sample(
        name,
        card.path("title").asText(name),
        card.path("detail").asText(""),
        files.contains(name + "/" + RECORDING));
  }

  /** Texts that suit a model; may be empty. */
  public List<String> exampleTexts(String name) {
    return card(name, files()).path("examples").valueStream().map(JsonNode::asText).toList();
  }

  private JsonNode card(String name, SortedSet<String> files) {
    String file = name + "/" + CARD;
    ObjectMapper mapper = new ObjectMapper();
    try {
      return files.contains(file) ? mapper.readTree(read(file)) : mapper.createObjectNode();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /**
   * Copies a model to a folder of its own, unless it is there already: whole or not at all.
   *
   * @param cache the folder in which to make it
   * @return the model's folder; it must not be changed
   * @throws InputException where there is no such model, or the folder can't be written
   */
  public Path extract(String name, Path cache) {
    List<String> names = list().stream().map(Workbench.Sample::name).toList();
    if (!names.contains(name)) {
      throw new InputException(
          "There is no sample \"%s\"; there are: %s."
              .formatted(name, names.isEmpty() ? "none" : String.join(", ", names)));
    }
    List<String> files = files().stream().filter(file -> file.startsWith(name + "/")).toList();
    try {
      // Other contents (another version of the program) go to another folder.
      Path folder = cache.resolve(name + "-" + digest(files)).resolve(name);
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder.getParent());
        copyWhole(name, files, folder);
      }
      return folder;
    } catch (IOException e) {
      throw new InputException(
          ("The sample %s can't be copied to %s: check that there is room and that you may write"
                  + " there.")
              .formatted(name, cache),
          e);
    }
  }

  private void copyWhole(String name, List<String> files, Path folder) throws IOException {
    Path part = Files.createTempDirectory(folder.getParent(), "part");
    try {
      for (String file : files) {
        Path target = part.resolve(file.substring(name.length() + 1));
        Files.createDirectories(target.getParent());
        Files.write(target, read(file));
      }
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(folder)) { // else another process was first, with the same files
        throw e;
      }
    } finally {
      delete(part);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private String digest(List<String> files) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String file : files) {
        digest.update((file + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(read(file));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private byte[] read(String file) throws IOException {
    if (Files.isDirectory(home)) {
      return Files.readAllBytes(home.resolve(RESOURCES + file));
    }
    try (JarFile jar = new JarFile(home.toFile());
        InputStream in = jar.getInputStream(jar.getEntry(RESOURCES + file))) {
      return in.readAllBytes();
    }
  }

  /** The files of all samples as sample/path: those in folders beside this class. */
  private SortedSet<String> files() {
    try {
      return Files.isDirectory(home) ? inFolder(home.resolve(RESOURCES)) : inJar(home);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private static SortedSet<String> inFolder(Path folder) throws IOException {
    SortedSet<String> files = new TreeSet<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isRegularFile)
          .map(p -> folder.relativize(p).toString().replace('\\', '/'))
          .filter(name -> name.contains("/"))
          .forEach(files::add);
    }
    return files;
  }

  private static SortedSet<String> inJar(Path jar) throws IOException {
    SortedSet<String> files = new TreeSet<>();
    try (JarFile contents = new JarFile(jar.toFile())) {
      contents.stream()
          .filter(e -> !e.isDirectory() && e.getName().startsWith(RESOURCES))
          .map(e -> e.getName().substring(RESOURCES.length()))
          .filter(name -> name.contains("/"))
          .forEach(files::add);
    }
    return files;
  }

  private static InputException broken(Exception cause) {
    return new InputException(
        "The samples that come with the program can't be read: install it again.", cause);
  }
}
