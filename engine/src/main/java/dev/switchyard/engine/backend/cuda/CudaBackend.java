package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Bfloat16Backend;
import dev.switchyard.engine.backend.Reading;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The fast backend on an NVIDIA GPU, in single precision: cuBLASLt for products, kernels of the
 * engine's own for everything else, and routing without a trip to the host. Calls return before
 * their work is done; {@link #read}, sums and {@link #synchronize} wait for it. Sums are added in
 * an order that the shapes alone decide, so that the same calls give the same bits.
 *
 * <p>Whatever fails on the device is an {@link dev.switchyard.engine.configuration.InputException}
 * of one line; after a device is lost, every call throws it.
 */
public final class CudaBackend extends CudaRoutingOperations implements Backend {
  private final CudaDevice device;
  private final Faults faults;
  private final CudaTransport transport;
  private final CudaMemory memory;
  private final CudaQueue queue;
  private final CudaProducts products;
  private final CudaSums sums;
  private final CudaUpdates updates;
  private final CudaElements elements;
  private final CudaNormalisation normalisation;
  private final CudaEmbedding embedding;
  private final CudaAttention attention;
  private final CudaLoss loss;
  private final CudaReadings readings;
  private final Kernels kernels;

  /**
   * The backend on a device, which is closed with it.
   *
   * @param tensorFloat32 whether products of float32 may round their factors to 11 significant bits
   *     (TF32), which is many times as fast
   */
  CudaBackend(CudaDevice device, boolean tensorFloat32) {
    this.device = device;
    this.faults = new Faults(device);
    this.transport = new CudaTransport(device, faults, false);
    this.memory = new CudaMemory(device, faults);
    this.queue = new CudaQueue(device, faults);
    CudaWork work = new CudaWork(memory, queue);
    this.products = new CudaProducts(work, tensorFloat32);
    this.elements = new CudaElements(work);
    this.normalisation = new CudaNormalisation(work);
    this.embedding = new CudaEmbedding(work);
    this.attention = new CudaAttention(work, device.hasMatrixUnitsForBfloat16());
    this.loss = new CudaLoss(work);
    this.sums = new CudaSums(work, memory);
    this.readings = new CudaReadings(device, faults, memory, queue);
    this.updates = new CudaUpdates(work, memory, new PieceTables(memory, work));
    this.kernels =
        new Kernels(
            device.hasMatrixUnitsForBfloat16(),
            products,
            sums,
            elements,
            normalisation,
            embedding,
            attention,
            new CudaRouting(work),
            new CudaPlaces(work),
            new CudaSlots(work),
            loss);
    queue.beforeOthers(updates::flush);
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String description() {
    GpuFacts facts = device.facts();
    return "cuda: %s (compute capability %s), %s"
        .formatted(facts.name(), facts.capabilityText(), device.productKernels());
  }

  @Override
  public String productKernels() {
    return device.productKernels();
  }

  @Override
  public ElementType floatType() {
    return ElementType.FLOAT32;
  }

  @Override
  public Bfloat16Backend withBfloat16() {
    return new CudaBfloat16Backend(this);
  }

  @Override
  public Tensor allocate(ElementType type, int... shape) {
    Tensor tensor = new Tensor(block(type, Math.max(1, Tensor.sizeOf(shape)), true), 0, shape);
    elements.zero(tensor);
    return tensor;
  }

  @Override
  public Arena arena() {
    return arena(ElementType.FLOAT32);
  }

  /** An arena whose tensors are of this type unless it is asked for another. */
  Arena arena(ElementType type) {
    return new Arena(type, (of, elementCount) -> block(of, elementCount, false));
  }

  private CudaStorage block(ElementType type, long size, boolean lasting) {
    if (type == ElementType.FLOAT64) {
      throw new IllegalArgumentException(
          "The cuda backend computes in single precision; for double precision use nd4j.");
    }
    return new CudaStorage(memory, type, size, lasting);
  }

  /**
   * An address on the device, which the host can read where the backend was opened for exchanges
   * through its memory. Waits for the work that was asked for.
   */
  @Override
  public MemorySegment memory(Tensor tensor) {
    queue.synchronize();
    // Whoever asks may write.
    ((CudaStorage) tensor.storage()).change();
    return place(tensor);
  }

  @Override
  public Transport transport() {
    return transport;
  }

  private static MemorySegment place(Tensor tensor) {
    CudaStorage storage = (CudaStorage) tensor.storage();
    long at = storage.address() + tensor.offset() * storage.type().bytes();
    return MemorySegment.ofAddress(at).reinterpret(tensor.size() * storage.type().bytes());
  }

  @Override
  public void read(Tensor from, MemorySegment to) {
    queue.read(addressOf(from, to), to);
  }

  @Override
  public Reading readLater(List<Tensor> tensors) {
    return readings.read(tensors);
  }

  @Override
  public void write(Tensor to, MemorySegment from) {
    long at = addressOf(to, from);
    ((CudaStorage) to.storage()).change();
    queue.write(at, from);
  }

  private long addressOf(Tensor tensor, MemorySegment outside) {
    long bytes = tensor.size() * tensor.type().bytes();
    if (outside.byteSize() != bytes) {
      throw new IllegalArgumentException(
          tensor + " has " + bytes + " bytes, but the other side has " + outside.byteSize());
    }
    return place(tensor).address();
  }

  @Override
  public void zero(Tensor tensor) {
    elements.zero(tensor);
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    Shapes.of("copy").types(from.type(), to);
    elements.copy(from, to);
  }

  @Override
  public void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    products.matmul(a, transposeA, b, transposeB, out, accumulate);
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
    products.batchedMatmul(a, transposeA, b, transposeB, out, accumulate, rowsUsed);
  }

  @Override
  public int[] attentionStateShape(AttentionPlan plan) {
    return CudaAttention.stateShape(plan);
  }

  @Override
  public void add(Tensor from, Tensor to) {
    require(elements.add(from, to), "add", from, to);
  }

  @Override
  public void scale(Tensor tensor, double factor) {
    require(elements.scale(tensor, factor), "scale", tensor);
  }

  @Override
  public void relu(Tensor x, Tensor out) {
    require(elements.relu(x, out), "relu", x, out);
  }

  @Override
  public void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    require(elements.reluBackward(y, dOut, dX), "reluBackward", y, dOut, dX);
  }

  @Override
  public void geglu(Tensor a, Tensor b, Tensor out) {
    require(elements.geglu(a, b, out), "geglu", a, b, out);
  }

  @Override
  public void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    require(elements.gegluBackward(a, b, dOut, dA, dB), "gegluBackward", a, b, dOut, dA, dB);
  }

  @Override
  public void dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    require(elements.dropout(x, rate, key, out), "dropout", x, out);
  }

  @Override
  public void jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    require(elements.jitter(x, epsilon, key, out), "jitter", x, out);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    require(
        normalisation.rmsNorm(x, weight, epsilon, out, inverseRms),
        "rmsNorm",
        x,
        weight,
        out,
        inverseRms);
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    require(
        normalisation.rmsNormBackward(dOut, x, weight, inverseRms, dX, dWeight),
        "rmsNormBackward",
        dOut,
        x,
        weight,
        inverseRms,
        dX,
        dWeight);
  }

  @Override
  public void embed(Tensor ids, Tensor table, Tensor out) {
    require(embedding.embed(ids, table, out), "embed", ids, table, out);
  }

  @Override
  public void embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    require(embedding.embedBackward(ids, dOut, dTable), "embedBackward", ids, dOut, dTable);
  }

  @Override
  public void positionBias(Tensor table, Tensor bucket, Tensor out) {
    require(embedding.positionBias(table, bucket, out), "positionBias", table, bucket, out);
  }

  @Override
  public void positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable) {
    require(
        embedding.positionBiasBackward(bucket, dBias, dTable),
        "positionBiasBackward",
        bucket,
        dBias,
        dTable);
  }

  @Override
  public void attention(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state) {
    require(
        attention.attention(plan, new CudaAttention.Operands(q, k, v, bias, keyMask), out, state),
        "attention",
        q,
        k,
        v,
        bias,
        keyMask,
        out,
        state);
  }

  @Override
  public void attentionBackward(
      AttentionPlan plan,
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
    require(
        attention.attentionBackward(
            plan,
            new CudaAttention.Operands(q, k, v, bias, keyMask),
            out,
            state,
            dOut,
            dQ,
            dK,
            dV,
            dBias),
        "attentionBackward",
        q,
        k,
        v,
        bias,
        keyMask,
        out,
        state,
        dOut,
        dQ,
        dK,
        dV,
        dBias);
  }

  @Override
  public void packSlots(RoutingPlan plan, Tensor slot, Tensor slotChoice, Tensor used) {
    kernels.places().packSlots(plan, slot, slotChoice, used);
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor labels, Tensor lossOfRows, Tensor logSumExp) {
    require(
        loss.crossEntropy(logits, labels, lossOfRows, logSumExp),
        "crossEntropy",
        logits,
        labels,
        lossOfRows,
        logSumExp);
  }

  @Override
  public void crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    require(
        loss.crossEntropyBackward(logits, labels, logSumExp, scale, zLoss, dLogits),
        "crossEntropyBackward",
        logits,
        labels,
        logSumExp,
        dLogits);
  }

  @Override
  public void softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor lossOfRows, Tensor logSumExp) {
    require(
        loss.softCrossEntropy(logits, targets, labels, lossOfRows, logSumExp),
        "softCrossEntropy",
        logits,
        targets,
        labels,
        lossOfRows,
        logSumExp);
  }

  @Override
  public void softCrossEntropyBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    require(
        loss.softCrossEntropyBackward(logits, targets, labels, logSumExp, scale, dLogits),
        "softCrossEntropyBackward",
        logits,
        targets,
        labels,
        logSumExp,
        dLogits);
  }

  @Override
  public double sum(Tensor tensor) {
    return sums.sum(tensor);
  }

  @Override
  public double sumOfSquares(Tensor tensor) {
    return sums.sumOfSquares(tensor);
  }

  @Override
  public double sumOfSquares(List<Tensor> tensors) {
    return sums.sumOfSquares(tensors);
  }

  @Override
  public boolean allFinite(Tensor tensor) {
    return sums.allFinite(tensor);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    updates.adamW(parameter, gradient, m, v, step);
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep step) {
    updates.adafactor(parameter, gradient, rows, columns, step);
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step) {
    updates.adafactor(parameter, gradient, secondMoment, step);
  }

  @Override
  public void submit() {
    queue.flush();
  }

  @Override
  public void synchronize() {
    queue.synchronize();
  }

  /** Commands that the device was given, and how many of them by graphs. */
  CudaQueue queue() {
    return queue;
  }

  /** Where tensors of this backend lie. */
  CudaMemory deviceMemory() {
    return memory;
  }

  @Override
  public void close() {
    try {
      readings.close();
      queue.close();
      memory.close();
    } finally {
      device.close();
    }
  }

  /** What the bfloat16 backend above, and routing, have to know. */
  @Override
  Kernels kernels() {
    return kernels;
  }

  /** The kernels of a device, by what they are for. */
  record Kernels(
      boolean matrixUnits,
      CudaProducts products,
      CudaSums sums,
      CudaElements elements,
      CudaNormalisation normalisation,
      CudaEmbedding embedding,
      CudaAttention attention,
      CudaRouting routing,
      CudaPlaces places,
      CudaSlots slots,
      CudaLoss loss) {}
}
