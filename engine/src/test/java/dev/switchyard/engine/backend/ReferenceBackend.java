package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Storage;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The operations written down as their definitions, in double precision and plain loops: slow, and
 * easy to believe. What the layers are differentiated on, and an independent yardstick for the
 * backends.
 */
public final class ReferenceBackend implements Backend {

  private record Doubles(double[] array) implements Storage {
    @Override
    public ElementType type() {
      return ElementType.FLOAT64;
    }

    @Override
    public long elements() {
      return array.length;
    }

    @Override
    public void free() {}
  }

  private record Ints(int[] array) implements Storage {
    @Override
    public ElementType type() {
      return ElementType.INT32;
    }

    @Override
    public long elements() {
      return array.length;
    }

    @Override
    public void free() {}
  }

  /** A tensor's elements, to be read and written one by one. */
  private record Numbers(double[] array, int from, int size) {
    double get(int i) {
      return array[from + check(i)];
    }

    void set(int i, double value) {
      array[from + check(i)] = value;
    }

    void add(int i, double value) {
      array[from + check(i)] += value;
    }

    private int check(int i) {
      if (i < 0 || i >= size) {
        throw new IndexOutOfBoundsException(i + " of " + size);
      }
      return i;
    }
  }

  private static Numbers of(Tensor tensor) {
    return new Numbers(
        ((Doubles) tensor.storage()).array(), (int) tensor.offset(), (int) tensor.size());
  }

  private static int intAt(Tensor tensor, int i) {
    return ((Ints) tensor.storage()).array()[(int) tensor.offset() + i];
  }

  private static void setInt(Tensor tensor, int i, int value) {
    ((Ints) tensor.storage()).array()[(int) tensor.offset() + i] = value;
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "plain loops in double precision";
  }

  @Override
  public String productKernels() {
    return "plain loops";
  }

  @Override
  public ElementType floatType() {
    return ElementType.FLOAT64;
  }

  private static Storage storage(ElementType type, long elements) {
    return switch (type) {
      case INT32 -> new Ints(new int[(int) elements]);
      case FLOAT64 -> new Doubles(new double[(int) elements]);
      case FLOAT32, BFLOAT16 -> throw new IllegalArgumentException("double precision only");
    };
  }

  @Override
  public Tensor allocate(ElementType type, int... shape) {
    return new Tensor(storage(type, Tensor.sizeOf(shape)), 0, shape);
  }

  @Override
  public Arena arena() {
    // Filled with what no result survives, so that whoever reads before writing is found out.
    return new Arena(
        floatType(),
        (type, elements) -> {
          Storage storage = storage(type, elements);
          switch (storage) {
            case Doubles d -> Arrays.fill(d.array(), Double.NaN);
            case Ints i -> Arrays.fill(i.array(), Integer.MIN_VALUE);
            default -> throw new IllegalStateException();
          }
          return storage;
        });
  }

  @Override
  public MemorySegment memory(Tensor tensor) {
    MemorySegment whole =
        tensor.storage() instanceof Ints ints
            ? MemorySegment.ofArray(ints.array())
            : MemorySegment.ofArray(of(tensor).array());
    int bytes = tensor.type().bytes();
    return whole.asSlice(tensor.offset() * bytes, tensor.size() * bytes);
  }

  @Override
  public void read(Tensor from, MemorySegment to) {
    int n = (int) from.size();
    if (from.storage() instanceof Ints ints) {
      MemorySegment.copy(ints.array(), (int) from.offset(), to, ValueLayout.JAVA_INT, 0, n);
    } else {
      MemorySegment.copy(of(from).array(), (int) from.offset(), to, ValueLayout.JAVA_DOUBLE, 0, n);
    }
  }

  @Override
  public void write(Tensor to, MemorySegment from) {
    int n = (int) to.size();
    if (to.storage() instanceof Ints ints) {
      MemorySegment.copy(from, ValueLayout.JAVA_INT, 0, ints.array(), (int) to.offset(), n);
    } else {
      MemorySegment.copy(from, ValueLayout.JAVA_DOUBLE, 0, of(to).array(), (int) to.offset(), n);
    }
  }

  @Override
  public void zero(Tensor tensor) {
    for (int i = 0; i < tensor.size(); i++) {
      if (tensor.type() == ElementType.INT32) {
        setInt(tensor, i, 0);
      } else {
        of(tensor).set(i, 0);
      }
    }
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    require(from.size() == to.size(), "sizes differ");
    for (int i = 0; i < from.size(); i++) {
      if (from.type() == ElementType.INT32) {
        setInt(to, i, intAt(from, i));
      } else {
        of(to).set(i, of(from).get(i));
      }
    }
  }

  @Override
  public void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    require(a.rank() == 2 && b.rank() == 2 && out.rank() == 2, "matrices expected");
    int m = out.length(0);
    int n = out.length(1);
    int k = a.length(transposeA ? 0 : 1);
    require(a.length(transposeA ? 1 : 0) == m, "rows of a");
    require(b.length(transposeB ? 0 : 1) == n, "columns of b");
    require(b.length(transposeB ? 1 : 0) == k, "inner lengths");
    Numbers x = of(a);
    Numbers y = of(b);
    Numbers z = of(out);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = accumulate ? z.get(i * n + j) : 0;
        for (int l = 0; l < k; l++) {
          sum +=
              x.get(transposeA ? l * m + i : i * k + l) * y.get(transposeB ? j * k + l : l * n + j);
        }
        z.set(i * n + j, sum);
      }
    }
  }

  @Override
  public void batchedMatmul(
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor out,
      boolean accumulate,
      Tensor rowsUsed) {
    for (int e = 0; e < a.length(0); e++) {
      Tensor of = matrix(a, e);
      if (rowsUsed != null) {
        // The hint must be true: what it leaves out is zero.
        for (int row = Math.max(0, intAt(rowsUsed, e)); row < of.length(0); row++) {
          for (int i = 0; i < of.length(1); i++) {
            if (of(of).get(row * of.length(1) + i) != 0) {
              throw new IllegalArgumentException("row " + row + " is used, against the hint");
            }
          }
        }
      }
      matmul(of, transposeA, matrix(b, e), transposeB, matrix(out, e), accumulate);
    }
  }

  private static Tensor matrix(Tensor tensor, int index) {
    return tensor.part(index, index + 1).as(tensor.length(1), tensor.length(2));
  }

  @Override
  public void add(Tensor from, Tensor to) {
    require(from.size() == to.size(), "sizes differ");
    for (int i = 0; i < from.size(); i++) {
      of(to).add(i, of(from).get(i));
    }
  }

  @Override
  public void scale(Tensor tensor, double factor) {
    for (int i = 0; i < tensor.size(); i++) {
      of(tensor).set(i, factor * of(tensor).get(i));
    }
  }

  @Override
  public void relu(Tensor x, Tensor out) {
    for (int i = 0; i < x.size(); i++) {
      of(out).set(i, Math.max(of(x).get(i), 0));
    }
  }

  @Override
  public void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    for (int i = 0; i < y.size(); i++) {
      of(dX).set(i, of(y).get(i) > 0 ? of(dOut).get(i) : 0);
    }
  }

  private static final double ROOT = Math.sqrt(2 / Math.PI);

  private static double gelu(double x) {
    return 0.5 * x * (1 + Math.tanh(ROOT * (x + 0.044715 * x * x * x)));
  }

  private static double geluSlope(double x) {
    double tanh = Math.tanh(ROOT * (x + 0.044715 * x * x * x));
    return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * ROOT * (1 + 3 * 0.044715 * x * x);
  }

  @Override
  public void geglu(Tensor a, Tensor b, Tensor out) {
    for (int i = 0; i < a.size(); i++) {
      of(out).set(i, gelu(of(a).get(i)) * of(b).get(i));
    }
  }

  @Override
  public void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    for (int i = 0; i < a.size(); i++) {
      double d = of(dOut).get(i);
      of(dA).set(i, d * geluSlope(of(a).get(i)) * of(b).get(i));
      of(dB).set(i, d * gelu(of(a).get(i)));
    }
  }

  @Override
  public void dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    for (int i = 0; i < x.size(); i++) {
      of(out).set(i, key.uniform(i) >= rate ? of(x).get(i) / (1 - rate) : 0);
    }
  }

  @Override
  public void jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    for (int i = 0; i < x.size(); i++) {
      of(out).set(i, of(x).get(i) * (1 - epsilon + 2 * epsilon * key.uniform(i)));
    }
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    int d = x.length(-1);
    for (int t = 0; t < x.rows(); t++) {
      double squares = 0;
      for (int i = 0; i < d; i++) {
        squares += of(x).get(t * d + i) * of(x).get(t * d + i);
      }
      double r = 1 / Math.sqrt(squares / d + epsilon);
      of(inverseRms).set(t, r);
      for (int i = 0; i < d; i++) {
        of(out).set(t * d + i, of(x).get(t * d + i) * r * of(weight).get(i));
      }
    }
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    int d = x.length(-1);
    for (int t = 0; t < x.rows(); t++) {
      double r = of(inverseRms).get(t);
      double along = 0;
      for (int i = 0; i < d; i++) {
        along += of(dOut).get(t * d + i) * of(weight).get(i) * of(x).get(t * d + i);
        of(dWeight).add(i, of(dOut).get(t * d + i) * of(x).get(t * d + i) * r);
      }
      for (int i = 0; i < d; i++) {
        double g = of(dOut).get(t * d + i) * of(weight).get(i);
        of(dX).add(t * d + i, r * (g - of(x).get(t * d + i) * r * r * along / d));
      }
    }
  }

  @Override
  public void embed(Tensor ids, Tensor table, Tensor out) {
    int d = table.length(1);
    for (int t = 0; t < ids.size(); t++) {
      for (int i = 0; i < d; i++) {
        of(out).set(t * d + i, of(table).get(intAt(ids, t) * d + i));
      }
    }
  }

  @Override
  public void embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    int d = dTable.length(1);
    for (int t = 0; t < ids.size(); t++) {
      for (int i = 0; i < d; i++) {
        of(dTable).add(intAt(ids, t) * d + i, of(dOut).get(t * d + i));
      }
    }
  }

  @Override
  public void positionBias(Tensor table, Tensor bucket, Tensor out) {
    int heads = table.length(1);
    int pairs = (int) bucket.size();
    for (int h = 0; h < heads; h++) {
      for (int p = 0; p < pairs; p++) {
        of(out).set(h * pairs + p, of(table).get(intAt(bucket, p) * heads + h));
      }
    }
  }

  @Override
  public void positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable) {
    int heads = dTable.length(1);
    int pairs = (int) bucket.size();
    for (int h = 0; h < heads; h++) {
      for (int p = 0; p < pairs; p++) {
        of(dTable).add(intAt(bucket, p) * heads + h, of(dBias).get(h * pairs + p));
      }
    }
  }

  @Override
  public int[] attentionStateShape(AttentionPlan p) {
    return new int[] {p.batch(), p.heads(), p.queryLength(), p.keyLength()};
  }

  /** Walks over the rows [b, h, i] of the attention's probabilities. */
  private interface AttentionRow {
    void at(int b, int h, int i, int row);
  }

  private static void forRows(AttentionPlan p, AttentionRow body) {
    for (int b = 0; b < p.batch(); b++) {
      for (int h = 0; h < p.heads(); h++) {
        for (int i = 0; i < p.queryLength(); i++) {
          body.at(b, h, i, ((b * p.heads() + h) * p.queryLength() + i) * p.keyLength());
        }
      }
    }
  }

  private static int place(AttentionPlan p, int b, int length, int position, int h) {
    return ((b * length + position) * p.heads() + h) * p.headSize();
  }

  private static double keep(AttentionPlan p, int element) {
    if (p.dropoutRate() == 0) {
      return 1;
    }
    return p.dropoutKey().uniform(element) >= p.dropoutRate() ? 1 / (1 - p.dropoutRate()) : 0;
  }

  @Override
  public void attention(
      AttentionPlan p,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state) {
    zero(out);
    forRows(
        p,
        (b, h, i, row) -> {
          double[] scores = new double[p.keyLength()];
          double largest = Double.NEGATIVE_INFINITY;
          for (int j = 0; j < p.keyLength(); j++) {
            boolean seen =
                (keyMask == null || intAt(keyMask, b * p.keyLength() + j) != 0)
                    && (!p.causal() || j <= i);
            scores[j] = Double.NEGATIVE_INFINITY;
            if (seen) {
              double score =
                  bias == null ? 0 : of(bias).get((h * p.queryLength() + i) * p.keyLength() + j);
              for (int c = 0; c < p.headSize(); c++) {
                score +=
                    of(q).get(place(p, b, p.queryLength(), i, h) + c)
                        * of(k).get(place(p, b, p.keyLength(), j, h) + c);
              }
              scores[j] = score;
            }
            largest = Math.max(largest, scores[j]);
          }
          double sum = 0;
          for (int j = 0; j < p.keyLength(); j++) {
            scores[j] = scores[j] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(scores[j] - largest);
            sum += scores[j];
          }
          for (int j = 0; j < p.keyLength(); j++) {
            double probability = sum == 0 ? 0 : scores[j] / sum;
            of(state).set(row + j, probability);
            for (int c = 0; c < p.headSize(); c++) {
              of(out)
                  .add(
                      place(p, b, p.queryLength(), i, h) + c,
                      probability
                          * keep(p, row + j)
                          * of(v).get(place(p, b, p.keyLength(), j, h) + c));
            }
          }
        });
  }

  @Override
  public void attentionBackward(
      AttentionPlan p,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state,
      Tensor dOut,
      Tensor dQ,
      Tensor dK,
      Tensor dV,
      Tensor dBias) {
    zero(dQ);
    zero(dK);
    zero(dV);
    forRows(
        p,
        (b, h, i, row) -> {
          int at = place(p, b, p.queryLength(), i, h);
          double[] dProbability = new double[p.keyLength()];
          double along = 0;
          for (int j = 0; j < p.keyLength(); j++) {
            int other = place(p, b, p.keyLength(), j, h);
            double probability = of(state).get(row + j);
            for (int c = 0; c < p.headSize(); c++) {
              double d = of(dOut).get(at + c) * keep(p, row + j);
              dProbability[j] += d * of(v).get(other + c);
              of(dV).add(other + c, d * probability);
            }
            along += dProbability[j] * probability;
          }
          for (int j = 0; j < p.keyLength(); j++) {
            int other = place(p, b, p.keyLength(), j, h);
            double dScore = of(state).get(row + j) * (dProbability[j] - along);
            if (dBias != null) {
              of(dBias).add((h * p.queryLength() + i) * p.keyLength() + j, dScore);
            }
            for (int c = 0; c < p.headSize(); c++) {
              of(dQ).add(at + c, dScore * of(k).get(other + c));
              of(dK).add(other + c, dScore * of(q).get(at + c));
            }
          }
        });
  }

  private static double logSumExp(Numbers x, int from, int n) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, x.get(from + i));
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.exp(x.get(from + i) - largest);
    }
    return largest + Math.log(sum);
  }

  @Override
  public void softmax(Tensor logits, Tensor probabilities) {
    int n = logits.length(-1);
    for (int t = 0; t < logits.rows(); t++) {
      double log = logSumExp(of(logits), t * n, n);
      for (int i = 0; i < n; i++) {
        of(probabilities).set(t * n + i, Math.exp(of(logits).get(t * n + i) - log));
      }
    }
  }

  private static boolean counts(Tensor tokenMask, int t) {
    return tokenMask == null || intAt(tokenMask, t) != 0;
  }

  @Override
  public void addGumbel(Tensor logits, RandomKey key, Tensor out) {
    write(out, MemorySegment.ofArray(ReferenceRouting.addGumbel(doubles(logits), key)));
  }

  @Override
  public void addToRows(Tensor x, Tensor row, Tensor out) {
    for (int i = 0; i < x.size(); i++) {
      of(out).set(i, of(x).get(i) + of(row).get(i % (int) row.size()));
    }
  }

  @Override
  public void chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability) {
    ReferenceRouting.Routes routes =
        ReferenceRouting.choose(plan, doubles(scores), doubles(probabilities), maskOf(tokenMask));
    write(expert, routes.expert());
    write(probability, MemorySegment.ofArray(routes.probability()));
  }

  private int[] maskOf(Tensor tokenMask) {
    return tokenMask == null ? null : ints(tokenMask);
  }

  @Override
  public void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    write(gate, MemorySegment.ofArray(ReferenceRouting.normalise(plan, doubles(probability))));
  }

  @Override
  public void normaliseGatesBackward(
      RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    int k = plan.choices();
    double[] p = doubles(probability);
    double[] slopes = doubles(dGate);
    double[] gates = ReferenceRouting.normalise(plan, p);
    double[] result = new double[p.length];
    for (int c = 0; c < p.length; c++) {
      // The Jacobian of p_i / sum: ([i = j] - gate_i) / sum.
      double sum = p[c] / gates[c];
      for (int i = c / k * k; i < c / k * k + k && p[c] != 0; i++) {
        result[c] += slopes[i] * ((i == c ? 1 : 0) - gates[i]) / sum;
      }
    }
    write(dGate, MemorySegment.ofArray(result));
  }

  @Override
  public void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    write(asks, ReferenceRouting.askSecond(plan, doubles(gate), threshold, key));
  }

  private ReferenceRouting.Routes asking(RoutingPlan plan, Tensor expert) {
    ReferenceRouting.Routes routes = ReferenceRouting.Routes.none(plan);
    System.arraycopy(ints(expert), 0, routes.expert(), 0, plan.allChoices());
    return routes;
  }

  private void keep(
      ReferenceRouting.Routes routes,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    write(position, routes.position());
    write(slot, routes.slot());
    write(slotChoice, routes.slotChoice());
    write(asked, routes.asked());
    write(dropped, routes.dropped());
  }

  @Override
  public void takePlaces(
      RoutingPlan plan,
      Tensor expert,
      Tensor asks,
      Tensor priority,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    keep(
        ReferenceRouting.takePlaces(
            plan, asking(plan, expert), maskOf(asks), priority == null ? null : doubles(priority)),
        position,
        slot,
        slotChoice,
        asked,
        dropped);
  }

  @Override
  public void takePlacesUntilServed(
      RoutingPlan plan,
      Tensor expert,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    keep(
        ReferenceRouting.takePlacesUntilServed(plan, asking(plan, expert)),
        position,
        slot,
        slotChoice,
        asked,
        dropped);
  }

  @Override
  public void chooseTokens(
      RoutingPlan plan,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    ReferenceRouting.Routes routes =
        ReferenceRouting.chooseTokens(plan, doubles(probabilities), maskOf(tokenMask));
    write(expert, routes.expert());
    write(probability, MemorySegment.ofArray(routes.probability()));
    keep(routes, position, slot, slotChoice, asked, dropped);
  }

  @Override
  public void countChoices(RoutingPlan plan, Tensor expert, int first, Tensor count) {
    write(count, ReferenceRouting.countChoices(plan, ints(expert), first));
  }

  @Override
  public void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    write(
        out,
        MemorySegment.ofArray(
            ReferenceRouting.expectedLoad(plan, doubles(logits), top, noise, maskOf(tokenMask))));
  }

  @Override
  public void expectedLoadBackward(
      RoutingPlan plan,
      Tensor logits,
      int top,
      double noise,
      Tensor tokenMask,
      Tensor dLoad,
      Tensor dLogits) {
    int n = plan.experts();
    for (int t = 0; t < plan.tokens() && top < n; t++) {
      for (int e = 0; e < n && counts(tokenMask, t); e++) {
        int rival = rival(logits, t * n, n, e, top);
        double above = of(logits).get(t * n + e) - of(logits).get(t * n + rival);
        double density = Math.exp(-above * above / noise / noise / 2) / Math.sqrt(2 * Math.PI);
        double slope = density / noise * of(dLoad).get(t / plan.groupSize() * n + e);
        of(dLogits).add(t * n + e, slope);
        of(dLogits).add(t * n + rival, -slope);
      }
    }
  }

  /** The expert with the top-th largest of the other logits. */
  private static int rival(Tensor logits, int row, int n, int e, int top) {
    for (int rival = 0; ; rival++) {
      double height = of(logits).get(row + rival);
      int better = 0;
      for (int i = 0; i < n; i++) {
        double other = of(logits).get(row + i);
        better += i != e && (other > height || (other == height && i < rival)) ? 1 : 0;
      }
      if (rival != e && better == top - 1) {
        return rival;
      }
    }
  }

  @Override
  public void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    for (int i = 0; i < plan.queues(); i++) {
      of(out).set(i, of(factor).get(i / plan.experts()) * intAt(count, i));
    }
  }

  @Override
  public void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    int n = plan.experts();
    for (int i = 0; i < plan.queues(); i++) {
      double sum = 0;
      double squares = 0;
      for (int j = i / n * n; j < i / n * n + n; j++) {
        sum += of(sums).get(j);
        squares += Math.pow(of(sums).get(j), 2);
      }
      // CV^2 = n sum(s^2) / sum(s)^2 - 1.
      double slope = sum == 0 ? 0 : 2 * n * (of(sums).get(i) - squares / sum) / (sum * sum);
      of(out).set(i, coefficient * slope / plan.groups() + (accumulate ? of(out).get(i) : 0));
    }
  }

  @Override
  public void sumProbabilities(
      RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    zero(out);
    for (int t = 0; t < plan.tokens(); t++) {
      for (int e = 0; counts(tokenMask, t) && e < plan.experts(); e++) {
        of(out)
            .add(
                t / plan.groupSize() * plan.experts() + e,
                of(probabilities).get(t * plan.experts() + e));
      }
    }
  }

  @Override
  public void routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    zero(out);
    int n = logits.length(-1);
    for (int t = 0; t < logits.rows(); t++) {
      if (counts(tokenMask, t)) {
        double log = logSumExp(of(logits), t * n, n);
        double largest = 0;
        for (int e = 0; e < n; e++) {
          double p = of(probabilities).get(t * n + e);
          of(out).add(0, p == 0 ? 0 : -p * Math.log(p));
          largest = Math.max(largest, p);
        }
        of(out).add(1, log * log);
        of(out).add(2, largest);
      }
    }
  }

  @Override
  public void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    write(
        out,
        MemorySegment.ofArray(
            ReferenceRouting.dispatch(doubles(x), ints(slotChoice), choices, x.length(-1))));
  }

  @Override
  public void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    int d = dX.length(-1);
    int k = (int) slot.size() / dX.rows();
    double[] back = ReferenceRouting.combine(doubles(dDispatched), ints(slot), null, k, d);
    for (int i = 0; i < back.length; i++) {
      of(dX).add(i, back[i]);
    }
  }

  @Override
  public void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    int k = (int) slot.size() / out.rows();
    write(
        out,
        MemorySegment.ofArray(
            ReferenceRouting.combine(
                doubles(expertOut), ints(slot), doubles(gate), k, out.length(-1))));
  }

  @Override
  public void combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotChoice,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate) {
    int d = dOut.length(-1);
    int k = (int) slot.size() / dOut.rows();
    zero(dExpertOut);
    zero(dGate);
    for (int c = 0; c < slot.size(); c++) {
      int s = intAt(slot, c);
      for (int i = 0; s >= 0 && i < d; i++) {
        of(dExpertOut).set(s * d + i, of(gate).get(c) * of(dOut).get(c / k * d + i));
        of(dGate).add(c, of(dOut).get(c / k * d + i) * of(expertOut).get(s * d + i));
      }
    }
  }

  @Override
  public void routerBackward(
      RoutingPlan plan,
      Tensor logits,
      Tensor probabilities,
      Tensor expert,
      Tensor dProbability,
      Tensor slope,
      Tensor tokenMask,
      double zLoss,
      Tensor dLogits) {
    int n = plan.experts();
    zero(dLogits);
    for (int t = 0; t < plan.tokens(); t++) {
      if (!counts(tokenMask, t)) {
        continue;
      }
      double[] dP = new double[n];
      double along = 0;
      for (int e = 0; e < n; e++) {
        dP[e] = of(slope).get(t / plan.groupSize() * n + e);
        for (int c = t * plan.choices(); c < (t + 1) * plan.choices(); c++) {
          dP[e] += e == intAt(expert, c) ? of(dProbability).get(c) : 0;
        }
        along += of(probabilities).get(t * n + e) * dP[e];
      }
      double log = logSumExp(of(logits), t * n, n);
      for (int e = 0; e < n; e++) {
        of(dLogits)
            .set(t * n + e, of(probabilities).get(t * n + e) * (dP[e] - along + zLoss * log));
      }
    }
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor labels, Tensor loss, Tensor logSumExp) {
    int n = logits.length(-1);
    for (int t = 0; t < logits.rows(); t++) {
      double log = logSumExp(of(logits), t * n, n);
      int label = intAt(labels, t);
      of(logSumExp).set(t, log);
      of(loss).set(t, label < 0 ? 0 : log - of(logits).get(t * n + label));
    }
  }

  @Override
  public void crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    int n = logits.length(-1);
    for (int t = 0; t < logits.rows(); t++) {
      int label = intAt(labels, t);
      double log = of(logSumExp).get(t);
      for (int i = 0; i < n; i++) {
        double p = Math.exp(of(logits).get(t * n + i) - log);
        double d = scale * (p * (1 + 2 * zLoss * log) - (i == label ? 1 : 0));
        of(dLogits).set(t * n + i, label < 0 ? 0 : d);
      }
    }
  }

  @Override
  public void softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor loss, Tensor logSumExp) {
    int n = logits.length(-1);
    for (int t = 0; t < logits.rows(); t++) {
      double log = logSumExp(of(logits), t * n, n);
      double expected = 0;
      for (int i = 0; i < n; i++) {
        expected += of(targets).get(t * n + i) * of(logits).get(t * n + i);
      }
      of(logSumExp).set(t, log);
      of(loss).set(t, intAt(labels, t) < 0 ? 0 : log - expected);
    }
  }

  @Override
  public void softCrossEntropyBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    int n = logits.length(-1);
    for (int t = 0; t < logits.rows(); t++) {
      for (int i = 0; i < n && intAt(labels, t) >= 0; i++) {
        double p = Math.exp(of(logits).get(t * n + i) - of(logSumExp).get(t));
        of(dLogits).add(t * n + i, scale * (p - of(targets).get(t * n + i)));
      }
    }
  }

  @Override
  public double sum(Tensor tensor) {
    double sum = 0;
    for (int i = 0; i < tensor.size(); i++) {
      sum += of(tensor).get(i);
    }
    return sum;
  }

  @Override
  public double sumOfSquares(Tensor tensor) {
    double sum = 0;
    for (int i = 0; i < tensor.size(); i++) {
      sum += of(tensor).get(i) * of(tensor).get(i);
    }
    return sum;
  }

  @Override
  public boolean allFinite(Tensor tensor) {
    return Double.isFinite(sumOfSquares(tensor));
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep s) {
    for (int i = 0; i < parameter.size(); i++) {
      double g = of(gradient).get(i) * s.gradientScale();
      of(m).set(i, s.beta1() * of(m).get(i) + (1 - s.beta1()) * g);
      of(v).set(i, s.beta2() * of(v).get(i) + (1 - s.beta2()) * g * g);
      double first = of(m).get(i) / (1 - Math.pow(s.beta1(), s.time()));
      double second = of(v).get(i) / (1 - Math.pow(s.beta2(), s.time()));
      double p = of(parameter).get(i);
      of(parameter)
          .set(
              i,
              p
                  - s.learningRate()
                      * (first / (Math.sqrt(second) + s.epsilon()) + s.weightDecay() * p));
    }
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep s) {
    int r = parameter.length(-2);
    int c = parameter.length(-1);
    int matrices = (int) (parameter.size() / ((long) r * c));
    double[] updates = new double[(int) parameter.size()];
    for (int e = 0; e < matrices; e++) {
      double[] squares = new double[r * c];
      for (int i = 0; i < r * c; i++) {
        double g = of(gradient).get(e * r * c + i) * s.gradientScale();
        squares[i] = g * g + s.epsilon();
      }
      double meanOfRows = 0;
      for (int i = 0; i < r; i++) {
        double mean = 0;
        for (int j = 0; j < c; j++) {
          mean += squares[i * c + j] / c;
        }
        of(rows).set(e * r + i, s.beta2() * of(rows).get(e * r + i) + (1 - s.beta2()) * mean);
        meanOfRows += of(rows).get(e * r + i) / r;
      }
      for (int j = 0; j < c; j++) {
        double mean = 0;
        for (int i = 0; i < r; i++) {
          mean += squares[i * c + j] / r;
        }
        of(columns).set(e * c + j, s.beta2() * of(columns).get(e * c + j) + (1 - s.beta2()) * mean);
      }
      for (int i = 0; i < r * c; i++) {
        double second = of(rows).get(e * r + i / c) * of(columns).get(e * c + i % c) / meanOfRows;
        updates[e * r * c + i] =
            of(gradient).get(e * r * c + i) * s.gradientScale() / Math.sqrt(second);
      }
    }
    int each = s.together() ? updates.length : r * c;
    for (int from = 0; from < updates.length; from += each) {
      applyAdafactor(parameter, from, Arrays.copyOfRange(updates, from, from + each), s);
    }
  }

  @Override
  public void adafactor(Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep s) {
    double[] update = new double[(int) parameter.size()];
    for (int i = 0; i < update.length; i++) {
      double g = of(gradient).get(i) * s.gradientScale();
      of(secondMoment)
          .set(i, s.beta2() * of(secondMoment).get(i) + (1 - s.beta2()) * (g * g + s.epsilon()));
      update[i] = g / Math.sqrt(of(secondMoment).get(i));
    }
    applyAdafactor(parameter, 0, update, s);
  }

  private static void applyAdafactor(Tensor parameter, int from, double[] update, AdafactorStep s) {
    double ofParameter = 0;
    double ofUpdate = 0;
    for (int i = 0; i < update.length; i++) {
      ofParameter += of(parameter).get(from + i) * of(parameter).get(from + i);
      ofUpdate += update[i] * update[i];
    }
    double scale = Math.max(Math.sqrt(ofParameter / update.length), s.smallestScale());
    double clip = Math.max(1, Math.sqrt(ofUpdate / update.length) / s.clipThreshold());
    for (int i = 0; i < update.length; i++) {
      of(parameter).add(from + i, -s.learningRate() * scale * update[i] / clip);
    }
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {}
}
