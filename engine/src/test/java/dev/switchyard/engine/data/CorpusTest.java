package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Corpus open(Path... paths) {
    List<String> names = new ArrayList<>();
    for (Path path : paths) {
      names.add(path.toString());
    }
    return Corpus.open(names, false, 0.1);
  }

  private static List<Document> documents(Corpus corpus, int file) {
    List<Document> documents = new ArrayList<>();
    try (DocumentReader reader = corpus.reader(file, 0, 0)) {
      for (Document d = reader.next(); d != null; d = reader.next()) {
        documents.add(d);
      }
    }
    return documents;
  }

  private static String textOf(List<Document> documents) {
    return String.join("", documents.stream().map(Document::text).toList());
  }

  /** Bad input is refused with one short line. */
  private static AbstractThrowableAssert<?, ?> refused(ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOf(InputException.class)
        .satisfies(
            problem ->
                assertThat(problem.getMessage())
                    .hasLineCount(1)
                    .endsWith(".")
                    .hasSizeLessThan(400));
  }

  @Test
  void readsFoldersInOrderWithoutHiddenAndForeignFiles() throws IOException {
    write("b.md", "bee\n\nbee");
    write("a/z.TXT", "zed ".repeat(200));
    write("a/c.jsonl", "{\"text\":\"one\"}\n\n{\"text\":\"two\"}");
    write("a/picture.png", "\0\0");
    write("a/empty.txt", "");
    write(".git/x.txt", "hidden");
    write("a/.b.txt", "hidden");
    Corpus corpus = open(folder, folder.resolve("b.md"));
    assertThat(corpus.files())
        .extracting(TextFile::name)
        .containsExactly("a/c.jsonl", "a/z.TXT", "b.md");
    assertThat(documents(corpus, 0)).extracting(Document::text).containsExactly("one", "two");
    assertThat(documents(corpus, 0)).extracting(Document::number).containsExactly(0L, 2L);
  }

  @Test
  void cutsTextAtParagraphsThenLinesThenWordsThenCharacters() throws IOException {
    String paragraphs = ("A paragraph of two lines,\nthis is the second.\n \t\n").repeat(20);
    String lines = "A line that ends.\n".repeat(40);
    String words = "word ".repeat(200);
    String characters = "€".repeat(500);
    Path file = write("text.txt", paragraphs + lines + words + characters);
    Corpus corpus = open(file);
    List<Document> documents = documents(corpus, 0);
    assertThat(textOf(documents)).isEqualTo(paragraphs + lines + words + characters);
    assertThat(documents)
        .allSatisfy(
            d ->
                assertThat(d.text().getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(256));
    assertThat(documents.get(0).text()).endsWith("second.\n \t\n");
    assertThat(documents.stream().filter(d -> d.text().endsWith("ends.\n"))).hasSizeGreaterThan(1);
    assertThat(documents.stream().filter(d -> d.text().endsWith("word "))).hasSizeGreaterThan(1);
    assertThat(textOf(documents)).doesNotContain("\uFFFD");
  }

  @Test
  void blocksOfALargeTextHoldAboutEightKilobytes() throws IOException {
    Path file = write("text.txt", "A paragraph of some words.\n\n".repeat(40_000));
    List<Document> documents = documents(open(file), 0);
    assertThat(documents.subList(0, documents.size() - 1))
        .allSatisfy(d -> assertThat(d.text().length()).isBetween(8100, 8192));
  }

  @Test
  void aReaderGoesOnFromAnyDocument() throws IOException {
    for (Path file :
        List.of(
            write("text.txt", "\uFEFFSome words.\n\n".repeat(200)),
            write("lines.jsonl", "{\"text\": \"line\"}\n\n".repeat(200)))) {
      Corpus corpus = open(file);
      List<Document> documents = documents(corpus, 0);
      for (Document document : documents) {
        try (DocumentReader reader = corpus.reader(0, document.offset(), document.number())) {
          assertThat(reader.next()).isEqualTo(document);
          assertThat(reader.offset()).isEqualTo(document.nextOffset());
        }
      }
    }
  }

  @Test
  void aByteOrderMarkIsNoText() throws IOException {
    assertThat(documents(open(write("t.txt", "\uFEFF" + "word ".repeat(100))), 0).getFirst().text())
        .startsWith("word");
  }

  @Test
  void bytesThatAreNoUtf8AreReplaced() throws IOException {
    Path file = folder.resolve("latin.txt");
    Files.write(file, "gr\u00FCn\n\n".repeat(100).getBytes(StandardCharsets.ISO_8859_1));
    assertThat(documents(open(file), 0).getFirst().text()).startsWith("gr\uFFFDn");
  }

  @Test
  void bothSidesOfATinyCorpusHaveADocument() throws IOException {
    for (int lines = 2; lines < 12; lines++) {
      Path file = write("lines%d.jsonl".formatted(lines), "{\"text\": \"line\"}\n".repeat(lines));
      for (double fraction : new double[] {0.001, 0.5, 0.9}) {
        Corpus corpus = Corpus.open(List.of(file.toString()), false, fraction);
        assertThat(documents(corpus, 0))
            .extracting(d -> corpus.isHeldOut(0, d.number()))
            .contains(true, false);
      }
    }
  }

  @Test
  void noneIsHeldOutAtZeroAndAllAtOne() throws IOException {
    Path file = write("lines.jsonl", "{\"text\": \"line\"}\n".repeat(30));
    for (int fraction = 0; fraction <= 1; fraction++) {
      Corpus corpus = Corpus.open(List.of(file.toString()), false, fraction);
      boolean all = fraction == 1;
      assertThat(documents(corpus, 0)).allMatch(d -> corpus.isHeldOut(0, d.number()) == all);
    }
  }

  @Test
  void saysWhatIsWrongWithAPath() throws IOException {
    refused(() -> open(folder.resolve("nowhere")))
        .hasMessageContaining("There is no file or folder");
    refused(() -> Corpus.open(List.of(), false, 0.1)).hasMessageContaining("No data is given");
    refused(() -> Corpus.open(List.of("a\0b"), false, 0.1)).hasMessageContaining("can't be a path");
    refused(() -> open(folder)).hasMessageContaining("has no .txt, .md or .jsonl files");
    Path empty = write("empty.txt", "");
    refused(() -> open(empty)).hasMessageContaining("is empty");
    refused(() -> open(folder)).hasMessageContaining("has only empty");
    Path blank = write("blank.txt", " \n\n ");
    refused(() -> open(blank)).hasMessageContaining("only blanks");
    Path binary = write("binary.md", "MZ\0\0");
    refused(() -> open(binary)).hasMessageContaining("looks like a binary file");
    Path little = write("little.txt", "One.");
    refused(() -> open(little)).hasMessageContaining("set eval_fraction to 0");
  }

  @Test
  void saysWhichLineIsMalformed() throws IOException {
    String good = "{\"text\":\"good\"}\n".repeat(50);
    List<List<String>> cases =
        List.of(
            List.of("{\"text\": \"cut", "not valid JSON"),
            List.of("[1]", "not a JSON object"),
            List.of("word", "not valid JSON"),
            List.of("{\"content\":\"x\"}", "no field text"),
            List.of("{\"text\": 5}", "the field text is not a string"),
            List.of("{\"text\":\"a\"} {\"text\":\"b\"}", "more than one JSON object"));
    for (List<String> example : cases) {
      Path file = write("lines.jsonl", good + "\n" + example.get(0) + "\n" + good);
      refused(() -> open(file).digests(done -> {}))
          .hasMessageContaining("lines.jsonl, line 52: " + example.get(1));
    }
  }

  @Test
  void digestsAreSha256OfTheFiles() throws IOException {
    Path file = write("text.txt", "abc".repeat(1000));
    List<Double> progress = new ArrayList<>();
    FileDigest digest = open(file).digests(progress::add).getFirst();
    // printf 'abc%.0s' {1..1000} | sha256sum
    assertThat(digest.sha256())
        .isEqualTo("328de8f1895f8bb09f6e6b4c2012ef2b2a6f067cd002794b750aa040a6f6d8bd");
    assertThat(digest.bytes()).isEqualTo(3000);
    assertThat(progress).last().isEqualTo(1.0);
  }

  @Test
  void aTouchedFileIsTheSameAndAnEditedOneIsNot() throws IOException {
    Path file = write("text.txt", "some text ".repeat(100));
    write("other.txt", "other text ".repeat(100));
    List<FileDigest> digests = open(folder).digests(done -> {});
    open(folder).verify(digests);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    open(folder).verify(digests);
    Files.writeString(file, "SOME TEXT ".repeat(100));
    Files.setLastModifiedTime(file, FileTime.fromMillis(2_000_000));
    refused(() -> open(folder).verify(digests))
        .hasMessageContaining("text.txt has other contents now");
    Files.delete(file);
    refused(() -> open(folder).verify(digests)).hasMessageContaining("text.txt is missing now");
    write("new.txt", "new text ".repeat(100));
    refused(() -> open(folder).verify(digests)).hasMessageContaining("The data changed");
  }
}
