package dev.switchyard.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ranks on threads, and what their caller gets. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RankThreadsTest {
  private static final long BYTES = 1 << 20;

  @TempDir Path folder;

  private static ParallelConfig pair() {
    return new ParallelConfig(2, "", false, 4, 4, 30);
  }

  @Test
  void resultsAreInTheOrderOfTheRanks() {
    try (RankThreads threads = new RankThreads("a test", pair(), Transport.HOST)) {
      assertThat(threads.onAll(Rank::number)).isEqualTo(List.of(0, 1));
    }
  }

  /** Of memory that is lost one hears by an error, in whoever of the ranks carries the part. */
  @Test
  void anErrorInAnExchangeFailsAll() {
    try (Arena arena = Arena.ofShared();
        RankThreads threads = new RankThreads("a test", pair(), Transport.HOST)) {
      assertThatThrownBy(
              () ->
                  threads.onAll(
                      rank -> {
                        MemorySegment memory = mapped(arena, rank.number(), rank.number() == 1);
                        rank.world().allReduce("sums", ElementType.FLOAT32, memory).await();
                        return true;
                      }))
          .isInstanceOf(RankFailure.class)
          .hasMessageContaining("could not take part")
          .hasCauseInstanceOf(Error.class);
      assertThatThrownBy(() -> threads.onAll(Rank::number)).isInstanceOf(RankFailure.class);
    }
  }

  /** A file's memory; where it is lost, the file is empty by now. */
  private MemorySegment mapped(Arena arena, int rank, boolean lost) {
    Path file = folder.resolve("memory" + rank);
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena);
      if (lost) {
        channel.truncate(0);
      }
      return memory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
