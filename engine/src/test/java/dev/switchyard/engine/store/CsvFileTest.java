package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CsvFileTest {
  @TempDir Path folder;

  @Test
  void textsAreQuotedWhereTheyNeedItAndNumbersAreWhole() {
    CsvFile csv = new CsvFile(List.of("run", "value"));
    csv.add(List.of("a, \"b\"", 0.1));
    csv.add(List.of("plain", Double.NaN));
    csv.add(List.of("large", 4096.0));
    assertThat(csv.text())
        .isEqualTo("run,value\r\n\"a, \"\"b\"\"\",0.1\r\nplain,\r\nlarge,4096\r\n");
  }

  @Test
  void aFileIsThereAsAWholeOrNotAtAll() throws IOException {
    Path file = folder.resolve("new/table.csv");
    new CsvFile(List.of("a")).write(file);
    assertThat(file).hasContent("a");
    assertThatThrownBy(() -> new CsvFile(List.of("a")).write(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("it is a folder");
    assertThatThrownBy(() -> new CsvFile(List.of("a")).write(file.resolve("below")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Can't write");
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.filter(Files::isRegularFile)).containsExactly(file);
    }
  }
}
