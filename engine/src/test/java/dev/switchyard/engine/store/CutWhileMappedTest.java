package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file that somebody cuts while it is open is said to be cut. The machine answers a look at the
 * lost bytes of a mapped file with a signal, which ends a process that does not expect it.
 */
final class CutWhileMappedTest {
  private static final long ELEMENTS = 3 << 20;

  @TempDir Path folder;

  @BeforeEach
  void whereFilesInUseCanBeCut() {
    assumeFalse(System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows"));
  }

  @Test
  void readingALostTensorIsRefused() throws IOException {
    // Interpreted and compiled code meet the signal in different ways: so again and again.
    for (int i = 0; i < 200; i++) {
      Path file = file();
      try (Safetensors open = Safetensors.open(file)) {
        StoredTensor tensor = open.tensor("w");
        assertThat(i % 20 == 0 ? open.checksum(tensor) : "00000000").hasSize(8);
        cut(file, i % 2 == 0 ? 200 : 5 << 20);
        int way = i;
        assertThatThrownBy(
                () -> {
                  if (way % 3 == 0) {
                    open.floats(tensor);
                  } else {
                    open.checksum(tensor);
                  }
                })
            .isInstanceOf(InputException.class)
            .hasMessageContaining(file.toString())
            .hasMessageContaining("was cut while it was in use");
      }
    }
  }

  @Test
  void loadingALostTensorIsRefused() throws IOException {
    try (Backend backend = Backends.open("cpu", ElementType.FLOAT32)) {
      Tensor tensor = backend.allocate(Math.toIntExact(ELEMENTS));
      Path file = file();
      try (TensorDirectory open = TensorDirectory.of(file)) {
        cut(file, 1 << 20);
        assertThatThrownBy(
                () ->
                    TensorFile.load(
                        open,
                        backend,
                        List.of(new NamedTensor(List.of("w"), tensor, false)),
                        null,
                        name -> false))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("was cut while it was in use");
      }
      backend.free(tensor);
    }
  }

  private Path file() throws IOException {
    Path file = folder.resolve("w.safetensors");
    byte[] bytes = new byte[Math.toIntExact(ELEMENTS * Float.BYTES)];
    new SafetensorsWriter()
        .add("w", StoredType.F32, new long[] {ELEMENTS}, () -> MemorySegment.ofArray(bytes))
        .write(file);
    return file;
  }

  private static void cut(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }
}
