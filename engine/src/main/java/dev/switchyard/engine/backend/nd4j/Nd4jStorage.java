package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Storage;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A block of ND4J's memory: one flat array of zeros, off the Java heap. */
final class Nd4jStorage implements Storage {
  private final ElementType type;
  private final long elements;
  private INDArray whole;

  Nd4jStorage(ElementType type, long elements) {
    this.type = type;
    this.elements = elements;
    this.whole = Nd4j.create(dataType(type), Math.max(1, elements));
  }

  static DataType dataType(ElementType type) {
    return switch (type) {
      case FLOAT32 -> DataType.FLOAT;
      case FLOAT64 -> DataType.DOUBLE;
      // ND4J computes badly in its own bfloat16; here it only keeps the bits.
      case BFLOAT16 -> DataType.SHORT;
      case INT32 -> DataType.INT;
    };
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public long elements() {
    return elements;
  }

  /** The block as one row. */
  INDArray whole() {
    if (whole == null) {
      throw new IllegalStateException("This memory was freed.");
    }
    return whole;
  }

  @Override
  public void free() {
    if (whole != null) {
      whole.close();
      whole = null;
    }
  }
}
