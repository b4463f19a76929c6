package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.RandomKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;

/**
 * Text to learn from, of any size: it stays on disk and is read document by document (a line of
 * JSON lines, a pair, a block of plain text). Each document belongs either to training or to the
 * part held out for evaluation, by a hash of its file's name and its number, whatever the run's
 * seed. Safe for use by several threads at once.
 */
public final class Corpus {
  private static final long LARGEST_BLOCK = 8192;
  private static final long SMALLEST_BLOCK = 256;
  // Blocks of small corpora are smaller, so that there are enough of them to hold some out.
  private static final int WANTED_BLOCKS = 64;
  private static final long HELD_OUT = 0x68656C64;

  private record Place(int file, long number) {}

  private final List<TextFile> files;
  private final double evalFraction;
  private final int blockBytes;
  private final String key;
  // Where the hash puts all documents of a small corpus on one side, this one goes to the other.
  private final Place exchanged;

  private Corpus(List<TextFile> files, double evalFraction) {
    this.files = files;
    this.evalFraction = evalFraction;
    this.blockBytes = (int) Math.clamp(bytes() / WANTED_BLOCKS, SMALLEST_BLOCK, LARGEST_BLOCK);
    this.key = keyOf(files);
    this.exchanged = documentToExchange();
  }

  /**
   * Finds the files and looks at the first documents.
   *
   * @param paths text files (.txt, .md, .jsonl with a field text), or folders of them; for pairs
   *     .tsv, or .jsonl with the fields input and target
   * @param pairs whether the documents are pairs of texts
   * @param evalFraction share of the documents that is held out; with 1, all of them are
   * @throws InputException where a path is missing, binary or without text, or where there are too
   *     few documents to hold one out
   */
  public static Corpus open(List<String> paths, boolean pairs, double evalFraction) {
    return new Corpus(TextFiles.find(paths, pairs), evalFraction);
  }

  /** The corpus of a configuration. */
  public static Corpus open(DataConfig config) {
    return open(config.data(), config.takesPairs(), config.evalFraction());
  }

  /**
   * Whether some paths can only be meant as pairs of texts: a .tsv file is there, or JSON lines
   * with the fields input and target.
   *
   * @throws InputException where a path can't be read
   */
  public static boolean holdsPairs(List<String> paths) {
    return TextFiles.holdPairs(paths);
  }

  /** A corpus for each language, by name: see {@link TextFile#language}. */
  SortedMap<String, Corpus> byLanguage() {
    SortedMap<String, List<TextFile>> parts = new TreeMap<>();
    for (TextFile file : files) {
      parts.computeIfAbsent(file.language(), name -> new ArrayList<>()).add(file);
    }
    SortedMap<String, Corpus> languages = new TreeMap<>();
    parts.forEach((name, of) -> languages.put(name, new Corpus(List.copyOf(of), evalFraction)));
    return languages;
  }

  /** The files, in a fixed order. */
  public List<TextFile> files() {
    return files;
  }

  /** Size of all files. */
  public long bytes() {
    return files.stream().mapToLong(TextFile::bytes).sum();
  }

  /** A hash of the files' names and sizes, in hexadecimal. */
  public String key() {
    return key;
  }

  /** Share of the documents that is held out. */
  public double evalFraction() {
    return evalFraction;
  }

  /** Whether a document is held out for evaluation. */
  public boolean isHeldOut(int file, long number) {
    boolean heldOut = isHeldOutByHash(file, number);
    boolean exchange =
        exchanged != null && exchanged.file() == file && exchanged.number() == number;
    return heldOut != exchange;
  }

  private boolean isHeldOutByHash(int file, long number) {
    return chance(file, number) < evalFraction;
  }

  private float chance(int file, long number) {
    return RandomKey.uniform(
        new RandomKey(HELD_OUT, files.get(file).name().hashCode(), 0).stream(), number);
  }

  DocumentReader reader(int file, long offset, long number) {
    return new DocumentReader(files.get(file), blockBytes, offset, number);
  }

  /** Reads on until both sides have a document; if the corpus ends before, one has to change. */
  private Place documentToExchange() {
    boolean training = false;
    boolean heldOut = false;
    int documents = 0;
    Place first = null;
    Place lowest = null;
    float lowestChance = 2;
    for (int file = 0; file < files.size(); file++) {
      try (DocumentReader reader = reader(file, 0, 0)) {
        for (Document d = reader.next(); d != null; d = reader.next()) {
          documents++;
          training |= !isHeldOutByHash(file, d.number());
          heldOut |= isHeldOutByHash(file, d.number());
          first = first == null ? new Place(file, d.number()) : first;
          if (chance(file, d.number()) < lowestChance) {
            lowestChance = chance(file, d.number());
            lowest = new Place(file, d.number());
          }
          if ((training || evalFraction >= 1) && (heldOut || evalFraction <= 0)) {
            return null;
          }
        }
      }
    }
    return exchange(documents, training, first, lowest);
  }

  private Place exchange(int documents, boolean training, Place first, Place lowest) {
    String where = files.size() == 1 ? files.getFirst().path().toString() : "the data";
    if (documents == 0) {
      throw new InputException(
          "There is no text in %s, only blanks: name files with text.".formatted(where));
    }
    if (documents == 1) {
      throw new InputException(
          ("There is too little text in %s (one document, %d bytes) to hold some out for"
                  + " evaluation: add text, or set eval_fraction to 0.")
              .formatted(where, bytes()));
    }
    return training ? lowest : first;
  }

  private static String keyOf(List<TextFile> files) {
    MessageDigest digest = FileDigest.newSha256();
    for (TextFile file : files) {
      digest.update((file.name() + "\n" + file.bytes() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  /**
   * Reads all files once: their digests, for the record; and every line of JSON or pairs, so that a
   * malformed one shows now and not in the middle of a run.
   *
   * @param progress hears the share done, from 0 to 1
   */
  public List<FileDigest> digests(DoubleConsumer progress) {
    List<FileDigest> digests = new ArrayList<>();
    long total = Math.max(1, bytes());
    long done = 0;
    for (int file = 0; file < files.size(); file++) {
      TextFile text = files.get(file);
      if (text.hasLines()) {
        checkLines(file, done, total, progress);
      }
      digests.add(
          new FileDigest(
              text.path().toString(),
              text.bytes(),
              text.modified(),
              FileDigest.sha256(text.path())));
      done += text.bytes();
      progress.accept((double) done / total);
    }
    return List.copyOf(digests);
  }

  private void checkLines(int file, long done, long total, DoubleConsumer progress) {
    try (DocumentReader reader = reader(file, 0, 0)) {
      for (Document d = reader.next(); d != null; d = reader.next()) {
        if (d.number() % 4096 == 0) {
          progress.accept((double) (done + d.offset()) / total);
        }
      }
    }
  }

  /**
   * Checks that the files are those of a record. A file of the same size and time counts as
   * unchanged; of one with another time the contents are compared.
   *
   * @throws InputException naming a file that is missing, new or changed
   */
  public void verify(List<FileDigest> recorded) {
    for (int i = 0; i < Math.max(files.size(), recorded.size()); i++) {
      if (i >= files.size()) {
        throw changed(recorded.get(i).path(), "is missing now");
      }
      TextFile file = files.get(i);
      if (i >= recorded.size()) {
        throw changed(file.path().toString(), "was not there");
      }
      FileDigest then = recorded.get(i);
      if (!file.path().getFileName().toString().equals(nameOf(then.path()))) {
        throw changed(then.path(), "stood where %s is now".formatted(file.path()));
      }
      boolean same =
          file.bytes() == then.bytes()
              && (file.modified() == then.modified()
                  || FileDigest.sha256(file.path()).equals(then.sha256()));
      if (!same) {
        throw changed(file.path().toString(), "has other contents now");
      }
    }
  }

  private static String nameOf(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  static InputException changed(String what, String how) {
    return new InputException(
        ("The data changed since the run read it: %s %s. Bring the old files back to resume, or"
                + " start a new run.")
            .formatted(what, how));
  }
}
