package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A safetensors file comes back as it was written; a malformed one is refused with its reason. */
final class SafetensorsTest {
  private static final String GOOD = "{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

  @TempDir Path folder;

  @Test
  void whatIsWrittenComesBack() throws IOException {
    Path file = folder.resolve("a.safetensors");
    float[] matrix = {1, -2, 3.5f, Float.MIN_VALUE, Float.MAX_VALUE, -0f};
    long[] shape = {2, 3};
    Map<String, String> sums =
        new SafetensorsWriter()
            .metadata("format", "pt")
            .add("matrix", StoredType.F32, shape, () -> bytesOf(MemorySegment.ofArray(matrix)))
            .add("nothing", StoredType.F32, new long[] {0, 4}, () -> segmentOf())
            .add("\"quoted\" ä", StoredType.I64, new long[] {}, () -> segmentOf(-7L))
            .write(file);

    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
      assertThat(read.tensors()).containsOnlyKeys("matrix", "nothing", "\"quoted\" ä");
      StoredTensor place = read.tensor("matrix");
      assertThat(place.shape()).containsExactly(2, 3);
      assertThat(read.floats(place)).containsExactly(matrix);
      byte[] scalar = read.bytes(read.tensor("\"quoted\" ä"));
      assertThat(ByteBuffer.wrap(scalar).order(ByteOrder.LITTLE_ENDIAN).getLong()).isEqualTo(-7);
      for (StoredTensor each : read.tensors().values()) {
        assertThat(read.checksum(each)).isEqualTo(sums.get(each.name()));
      }
    }
  }

  @Test
  void aFileOfMoreThanTwoGigabytesOpensAtOnceAndReadsAtItsEnd() throws IOException {
    Path file = folder.resolve("large.safetensors");
    long floats = 750_000_000;
    byte[] start =
        file("{'w':{'dtype':'F32','shape':[%d],'data_offsets':[0,%d]}}", floats, floats * 4);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(start));
      ByteBuffer last = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 42);
      channel.write(last, start.length + (floats - 1) * 4);
    }

    try (Safetensors read = Safetensors.open(file)) {
      float[] last = new float[1];
      read.read(
          read.tensor("w"),
          (at, bytes) ->
              last[0] = bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, bytes.byteSize() - 4));
      assertThat(last[0]).isEqualTo(42);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [1]                                                             | no JSON object
          {'w':                                                           | not the JSON
          {'w':7}                                                         | tensor w is not described
          {'w':{'shape':[2],'data_offsets':[0,8]}}                        | w lacks its dtype
          {'w':{'dtype':'F31','shape':[2],'data_offsets':[0,8]}}          | unknown dtype "F31"
          {'w':{'dtype':'F32','shape':[2.5],'data_offsets':[0,8]}}        | shape that is not made of
          {'w':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}         | shape that is not made of
          {'w':{'dtype':'F32','shape':'2','data_offsets':[0,8]}}          | shape that is not a list
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[0]}}            | not a beginning and an end
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}          | not a beginning and an end
          {'w':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}         | ends at byte 12
          {'w':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}          | takes 12
          {'w':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}} | impossible shape
          {'w':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,8]}} | whole numbers
          {'w':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}          | begins 4 bytes after
          {'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}          | last 4 bytes belong to no
          {'w':GOOD,'w':GOOD}                                             | stands in the header twice
          {'v':GOOD,'w':GOOD}                                             | tensor w overlaps tensor v
          {'w':GOOD,'__metadata__':{'a':1}}                               | other than text
          {'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}}    | unknown field "x"
          {'w':GOOD}}                                                     | not the JSON
          """)
  void aMalformedHeaderIsRefusedWithItsReason(String header, String reason) throws IOException {
    Path file = folder.resolve("bad.safetensors");
    Files.write(file, withData(file(header.replace("GOOD", GOOD)), 8));

    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("bad.safetensors")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aCutFileIsRefused() throws IOException {
    byte[] whole = withData(file("{'w':" + GOOD + "}"), 8);
    for (int length : new int[] {0, 3, 8, 20, whole.length - 1}) {
      Path file = folder.resolve("cut-" + length);
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Safetensors.open(file))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("cut");
    }
  }

  @Test
  void aHugeHeaderLengthIsRefusedBeforeAnythingIsAllocated() throws IOException {
    for (long length : new long[] {Long.MAX_VALUE, -1, 0, 1L << 40}) {
      Path file = folder.resolve("huge");
      ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
      Files.write(file, bytes.array());
      assertThatThrownBy(() -> Safetensors.open(file))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("not a safetensors file");
    }
  }

  @Test
  void aMissingFileAndAFolderAreRefused() {
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("none")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("it is not there");
    assertThatThrownBy(() -> Safetensors.open(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is a folder");
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("kept.safetensors");
    long[] shape = {1};
    new SafetensorsWriter().add("w", StoredType.I64, shape, () -> segmentOf(1L)).write(file);
    byte[] before = Files.readAllBytes(file);
    SafetensorsWriter failing =
        new SafetensorsWriter()
            .add("w", StoredType.I64, shape, () -> segmentOf(2L))
            .add(
                "x",
                StoredType.I64,
                shape,
                () -> {
                  throw new IllegalStateException("the device is gone");
                });

    assertThatThrownBy(() -> failing.write(file)).hasMessage("the device is gone");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(WholeFile.list(folder)).containsExactly(file);
  }

  private static MemorySegment segmentOf(long... elements) {
    return bytesOf(MemorySegment.ofArray(elements));
  }

  private static MemorySegment bytesOf(MemorySegment segment) {
    return MemorySegment.ofArray(segment.toArray(ValueLayout.JAVA_BYTE));
  }

  private static byte[] file(String header, Object... arguments) {
    byte[] json = header.formatted(arguments).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static byte[] withData(byte[] start, int bytes) {
    return Arrays.copyOf(start, start.length + bytes);
  }
}
