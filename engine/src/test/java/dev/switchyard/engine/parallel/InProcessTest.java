package dev.switchyard.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Collectives between threads: their results, their order, and how they fail. */
@Timeout(60)
final class InProcessTest {
  private static final Duration AMPLE = Duration.ofSeconds(50);

  /** What a rank does in a test. */
  @FunctionalInterface
  private interface Work {
    void run(Collectives own) throws Exception;
  }

  /** Runs the ranks on threads of their own; gives what each threw, or null. */
  private static List<Throwable> run(InProcess world, int ranks, Work work) {
    List<Throwable> thrown = new ArrayList<>(Collections.nCopies(ranks, null));
    List<Thread> threads =
        IntStream.range(0, ranks)
            .mapToObj(
                rank ->
                    Thread.ofPlatform()
                        .name("rank " + rank)
                        .start(
                            () -> {
                              try {
                                work.run(world.connect(rank));
                              } catch (Throwable e) {
                                world.fail(new RankFailure(rank, "failed: " + e, e));
                                thrown.set(rank, e);
                              }
                            }))
            .toList();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return thrown;
  }

  private static void runWell(int ranks, Work work) {
    assertThat(run(new InProcess(ranks, AMPLE), ranks, work)).containsOnlyNulls();
  }

  private static MemorySegment floats(float... values) {
    return MemorySegment.ofArray(values);
  }

  private static float[] back(MemorySegment segment) {
    float[] values = new float[(int) (segment.byteSize() / Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4L);
    }
    return values;
  }

  private static float[] numbers(int rank, int length) {
    Random random = new Random(rank * 1000L + length);
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(6)));
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 32})
  void allReduceSumsInTheOrderOfTheRanks(int ranks) {
    for (int length : new int[] {0, 1, 5, 257, 10_000}) {
      float[] expected = new float[length];
      for (int i = 0; i < length; i++) {
        for (int rank = 0; rank < ranks; rank++) {
          expected[i] = rank == 0 ? numbers(0, length)[i] : expected[i] + numbers(rank, length)[i];
        }
        if (length > 300) {
          break;
        }
      }
      runWell(
          ranks,
          own -> {
            float[] mine = numbers(own.rank(), length);
            own.allReduce("numbers", ElementType.FLOAT32, MemorySegment.ofArray(mine)).await();
            int compared = Math.min(length, length > 300 ? 1 : length);
            assertThat(Arrays.copyOf(mine, compared)).isEqualTo(Arrays.copyOf(expected, compared));
          });
    }
  }

  @Test
  void everyRankHasTheSameBitsAgainAndAgain() {
    float[][] first = new float[5][];
    for (int attempt = 0; attempt < 10; attempt++) {
      float[][] results = attempt == 0 ? first : new float[5][];
      runWell(
          5,
          own -> {
            results[own.rank()] = numbers(own.rank(), 4099);
            own.allReduce("numbers", ElementType.FLOAT32, floats(results[own.rank()])).await();
          });
      for (float[] result : results) {
        assertThat(result).isEqualTo(first[0]);
      }
    }
  }

  @Test
  void sumsIntegersAndDoubles() {
    runWell(
        3,
        own -> {
          int[] counts = {own.rank(), 10, -1};
          double[] figures = {own.rank() * 0.5, 1e-300};
          own.allReduce("counts", ElementType.INT32, MemorySegment.ofArray(counts)).await();
          own.allReduce("figures", ElementType.FLOAT64, MemorySegment.ofArray(figures)).await();
          assertThat(counts).containsExactly(3, 30, -3);
          assertThat(figures).containsExactly(1.5, 3e-300);
        });
  }

  @Test
  void reduceScatterGivesEachRankItsPart() {
    // Parts of 0, 1, 2 and 3 elements.
    runWell(
        4,
        own -> {
          List<MemorySegment> give =
              IntStream.range(0, 4)
                  .mapToObj(
                      to -> {
                        float[] part = new float[to];
                        Arrays.fill(part, own.rank() + 10 * to);
                        return MemorySegment.ofArray(part);
                      })
                  .toList();
          float[] sum = new float[own.rank()];
          own.reduceScatter("parts", ElementType.FLOAT32, give, floats(sum)).await();
          float[] expected = new float[own.rank()];
          Arrays.fill(expected, 6 + 40 * own.rank());
          assertThat(sum).isEqualTo(expected);
        });
  }

  @Test
  void reduceScatterMayLeaveTheSumInItsPlace() {
    runWell(
        3,
        own -> {
          MemorySegment all = floats(1, 2, 3, 4, 5, 6);
          List<MemorySegment> give =
              List.of(all.asSlice(0, 8), all.asSlice(8, 8), all.asSlice(16, 8));
          own.reduceScatter("parts", ElementType.FLOAT32, give, give.get(own.rank())).await();
          assertThat(back(give.get(own.rank())))
              .containsExactly(3 * (2 * own.rank() + 1), 3 * (2 * own.rank() + 2));
        });
  }

  @Test
  void allGatherTakesPartsOfUnequalLength() {
    runWell(
        4,
        own -> {
          List<MemorySegment> take =
              IntStream.range(0, 4).mapToObj(from -> floats(new float[from])).toList();
          float[] mine = new float[own.rank()];
          Arrays.fill(mine, own.rank());
          own.allGather("parts", floats(mine), take).await();
          for (int from = 0; from < 4; from++) {
            float[] expected = new float[from];
            Arrays.fill(expected, from);
            assertThat(back(take.get(from))).isEqualTo(expected);
          }
        });
  }

  /** From i to j go (i + 2j) mod 5 elements: some ranks have nothing for others. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 16})
  void allToAllCarriesUnequalCounts(int ranks) {
    runWell(
        ranks,
        own -> {
          List<MemorySegment> give = new ArrayList<>();
          List<MemorySegment> take = new ArrayList<>();
          for (int other = 0; other < ranks; other++) {
            float[] part = new float[(own.rank() + 2 * other) % 5];
            Arrays.fill(part, 100 * own.rank() + other);
            give.add(floats(part));
            take.add(floats(new float[(other + 2 * own.rank()) % 5]));
          }
          own.allToAll("tokens", give, take).await();
          for (int other = 0; other < ranks; other++) {
            float[] expected = new float[(other + 2 * own.rank()) % 5];
            Arrays.fill(expected, 100 * other + own.rank());
            assertThat(back(take.get(other))).isEqualTo(expected);
          }
        });
  }

  @Test
  void broadcastGivesTheRootsBufferToAll() {
    runWell(
        5,
        own -> {
          float[] buffer = numbers(own.rank(), 33);
          own.broadcast("weights", floats(buffer), 3).await();
          assertThat(buffer).isEqualTo(numbers(3, 33));
        });
  }

  @Test
  void operationsInFlightEndInAnyOrderOfAwaiting() {
    runWell(
        4,
        own -> {
          List<float[]> buffers = new ArrayList<>();
          List<Pending> pending = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            buffers.add(new float[] {own.rank() + i});
            pending.add(own.allReduce("bucket " + i, ElementType.FLOAT32, floats(buffers.get(i))));
          }
          // Each rank waits for them in another order.
          List<Integer> order = new ArrayList<>(IntStream.range(0, 20).boxed().toList());
          Collections.shuffle(order, new Random(own.rank()));
          order.forEach(i -> pending.get(i).await());
          for (int i = 0; i < 20; i++) {
            assertThat(buffers.get(i)).containsExactly(6 + 4 * i);
          }
        });
  }

  @Test
  void groupsOfAMeshWorkBesideOneAnother() {
    Mesh mesh = new Mesh(2, 2, 2);
    runWell(
        8,
        world -> {
          for (int round = 0; round < 50; round++) {
            for (Axis axis : Axis.values()) {
              List<Integer> members = mesh.group(world.rank(), axis);
              Collectives group = world.group(members);
              float[] sum = {world.rank()};
              group.allReduce(axis.word(), ElementType.FLOAT32, floats(sum)).await();
              assertThat(sum[0]).isEqualTo(members.stream().mapToInt(r -> r).sum());
            }
          }
        });
  }

  @Test
  void theSameRanksGetTheSameGroupAgain() {
    Collectives world = new InProcess(4, AMPLE).connect(0);
    Collectives pair = world.group(List.of(0, 2));
    assertThat(world.group(List.of(0, 2))).isSameAs(pair);
    assertThat(world.group(List.of(0, 1, 2)).group(List.of(0, 2))).isSameAs(pair);
    assertThat(pair.group(List.of(0, 1))).isSameAs(pair);
    assertThat(world.group(List.of(0, 1, 2, 3))).isSameAs(world);
  }

  /**
   * Where the data axis has one device, those with other rows are those with other experts: two
   * uses of one group, each with an operation under way that the others have not come to.
   */
  @Test
  void twoUsesOfTheSameRanksAreKeptApart() {
    Mesh mesh = new Mesh(1, 2, 2);
    CountDownLatch early = new CountDownLatch(2);
    runWell(
        4,
        world -> {
          Rank rank = new Rank(mesh, world, 1);
          if (rank.number() >= 2) {
            assertThat(early.await(30, TimeUnit.SECONDS)).isTrue();
          }
          float[] gradients = {1 + rank.number()};
          float[] tokens = {10 + rank.number(), 20 + rank.number()};
          float[] taken = new float[2];
          Pending sum =
              rank.shards().allReduce("gradients", ElementType.FLOAT32, floats(gradients));
          Pending exchange = rank.expert().allToAll("tokens", halves(tokens), halves(taken));
          early.countDown();
          exchange.await();
          sum.await();
          int other = (rank.number() + 2) % 4;
          assertThat(gradients[0]).isEqualTo(2 + rank.number() + other);
          int lower = Math.min(rank.number(), other);
          int base = rank.number() < 2 ? 10 : 20;
          assertThat(taken).containsExactly(base + lower, base + lower + 2);
        });
  }

  private static List<MemorySegment> halves(float[] pair) {
    MemorySegment both = floats(pair);
    return List.of(both.asSlice(0, 4), both.asSlice(4, 4));
  }

  @Test
  void aBarrierIsPassedWhenAllHaveCome() {
    CountDownLatch came = new CountDownLatch(6);
    runWell(
        6,
        own -> {
          came.countDown();
          own.barrier();
          assertThat(came.getCount()).isZero();
        });
  }

  @Test
  void trafficIsCounted() {
    runWell(
        4,
        own -> {
          own.allReduce("gradients", ElementType.FLOAT32, floats(new float[100])).await();
          own.allReduce("gradients", ElementType.FLOAT32, floats(new float[60])).await();
          List<MemorySegment> parts =
              IntStream.range(0, 4).mapToObj(i -> floats(new float[i])).toList();
          List<MemorySegment> room =
              IntStream.range(0, 4).mapToObj(i -> floats(new float[own.rank()])).toList();
          own.allToAll("tokens", parts, room).await();
          Traffic traffic = own.takeTraffic();
          Traffic.Exchange reduced = traffic.exchanges().getFirst();
          assertThat(reduced.what()).isEqualTo("gradients");
          assertThat(reduced.ranks()).isEqualTo(4);
          assertThat(reduced.count()).isEqualTo(2);
          assertThat(reduced.bytes()).isEqualTo(640);
          assertThat(reduced.sentBytes()).isEqualTo(2 * 0.75 * 640);
          Traffic.Exchange sent = traffic.exchanges().get(1);
          assertThat(sent.collective()).isEqualTo(Collective.ALL_TO_ALL);
          assertThat(sent.sentBytes()).isEqualTo(4 * (6 - own.rank()));
          assertThat(sent.receivedBytes()).isEqualTo(4 * 3 * own.rank());
          assertThat(own.takeTraffic().exchanges()).isEmpty();
        });
  }

  @Test
  void aRankAloneGetsBackWhatItGave() {
    Collectives alone = Collectives.alone();
    MemorySegment mine = floats(1, 2);
    MemorySegment room = floats(0, 0);
    alone.allReduce("x", ElementType.FLOAT32, mine).await();
    alone.allToAll("x", List.of(mine), List.of(room)).await();
    alone.barrier();
    assertThat(back(room)).containsExactly(1, 2);
  }

  // ---- failure ----

  @Test
  void aRankThatThrowsFailsAllWithItsName() {
    InProcess world = new InProcess(4, AMPLE);
    List<Throwable> thrown =
        run(
            world,
            4,
            own -> {
              own.barrier();
              if (own.rank() == 2) {
                throw new IllegalStateException("the device is lost");
              }
              own.allReduce("gradients", ElementType.FLOAT32, floats(1)).await();
            });
    assertThat(thrown.get(2)).isInstanceOf(IllegalStateException.class);
    for (int rank : new int[] {0, 1, 3}) {
      assertThat(thrown.get(rank))
          .isInstanceOf(RankFailure.class)
          .hasMessageStartingWith("Rank 2 ")
          .hasMessageContaining("the device is lost")
          .hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  /** Rank 0 waits for rank 1, which waits in another group for rank 2, which does not come. */
  @Test
  void aStallIsNamedThroughThoseWhoWaitForIt() throws Exception {
    InProcess world = new InProcess(3, Duration.ofMillis(300));
    CountDownLatch over = new CountDownLatch(2);
    List<Throwable> thrown =
        run(
            world,
            3,
            own -> {
              if (own.rank() == 2) {
                assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
                own.barrier();
              }
              try {
                Collectives group = own.group(own.rank() == 0 ? List.of(0, 1) : List.of(1, 2));
                group.broadcast("weights", floats(1), 0).await();
                own.barrier();
              } finally {
                over.countDown();
              }
            });
    for (Throwable each : thrown) {
      assertThat(each)
          .isInstanceOf(RankFailure.class)
          .hasMessageStartingWith("Rank 2 did not come to the broadcast of weights for 0.3 s");
    }
  }

  /** 0 waits for 1, 1 for 2, and 2 for 0. */
  @Test
  void ranksThatWaitForOneAnotherAreTold() {
    InProcess world = new InProcess(3, Duration.ofMillis(300));
    List<List<Integer>> pairs = List.of(List.of(0, 1), List.of(1, 2), List.of(0, 2));
    List<Throwable> thrown = run(world, 3, own -> own.group(pairs.get(own.rank())).barrier());
    assertThat(thrown)
        .allSatisfy(
            e ->
                assertThat(e)
                    .isInstanceOf(RankFailure.class)
                    .hasMessageEndingWith("waits for the barrier, and the others wait for it"));
  }

  @Test
  void buffersThatDoNotFitAreRefusedOnAllRanks() {
    InProcess world = new InProcess(3, AMPLE);
    List<Throwable> thrown =
        run(
            world,
            3,
            own ->
                own.allReduce("x", ElementType.FLOAT32, floats(new float[own.rank() == 1 ? 3 : 2]))
                    .await());
    assertThat(thrown)
        .allSatisfy(
            e ->
                assertThat(e)
                    .isInstanceOf(RankFailure.class)
                    .hasMessageContaining("bytes for rank"));
  }

  @Test
  void differentOperationsAreRefusedOnAllRanks() {
    InProcess world = new InProcess(2, AMPLE);
    List<Throwable> thrown =
        run(
            world,
            2,
            own -> {
              if (own.rank() == 0) {
                own.barrier();
              } else {
                own.broadcast("weights", floats(1), 0).await();
              }
            });
    assertThat(thrown)
        .allSatisfy(
            e ->
                assertThat(e)
                    .isInstanceOf(RankFailure.class)
                    .hasMessageContaining("broadcast of weights")
                    .hasMessageContaining("barrier"));
  }

  @Test
  void afterAFailureNothingStartsAnyMore() {
    InProcess world = new InProcess(2, AMPLE);
    Collectives own = world.connect(0);
    world.fail(new RankFailure(1, "lost its device", null));
    assertThatThrownBy(own::barrier).hasMessage("Rank 1 lost its device");
    world.fail(new RankFailure(0, "came later", null));
    assertThat(world.failure().rank()).isEqualTo(1);
  }

  @Test
  void anInterruptedRankIsNamed() throws Exception {
    InProcess world = new InProcess(2, AMPLE);
    CountDownLatch begun = new CountDownLatch(1);
    Thread[] thread = new Thread[1];
    List<Throwable> thrown =
        run(
            world,
            2,
            own -> {
              if (own.rank() == 0) {
                thread[0] = Thread.currentThread();
                begun.countDown();
                own.barrier();
              } else {
                begun.await();
                thread[0].interrupt();
                own.group(List.of(1)).barrier();
                while (world.failure() == null) {
                  Thread.onSpinWait();
                }
                own.barrier();
              }
            });
    assertThat(thrown).allSatisfy(e -> assertThat(e).hasMessage("Rank 0 was interrupted"));
  }

  @Test
  void wrongArgumentsAreTheCallersOwnFault() {
    Collectives own = new InProcess(2, AMPLE).connect(0);
    assertThatThrownBy(() -> own.allToAll("x", List.of(floats(1)), List.of(floats(1), floats(1))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> own.broadcast("x", floats(1), 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> own.group(List.of(1))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new InProcess(0, AMPLE)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Many ranks, many operations of random sizes, all kinds mixed. */
  @Test
  void manyRanksAndOperationsMixed() {
    int ranks = 16;
    runWell(
        ranks,
        own -> {
          Random shared = new Random(7);
          for (int round = 0; round < 100; round++) {
            int length = shared.nextInt(200);
            float[] buffer = new float[length];
            Arrays.fill(buffer, own.rank());
            switch (shared.nextInt(3)) {
              case 0 -> {
                own.allReduce("x", ElementType.FLOAT32, floats(buffer)).await();
                assertThat(buffer).containsOnly(fill(length, 120));
              }
              case 1 -> {
                int root = shared.nextInt(ranks);
                own.broadcast("x", floats(buffer), root).await();
                assertThat(buffer).containsOnly(fill(length, root));
              }
              default -> {
                List<MemorySegment> take =
                    IntStream.range(0, ranks).mapToObj(i -> floats(new float[length])).toList();
                own.allGather("x", floats(buffer), take).await();
                for (int from = 0; from < ranks; from++) {
                  assertThat(back(take.get(from))).containsOnly(fill(length, from));
                }
              }
            }
          }
        });
  }

  private static float[] fill(int length, float value) {
    float[] filled = new float[length];
    Arrays.fill(filled, value);
    return filled;
  }
}
