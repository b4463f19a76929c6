package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The ND4J arrays that show a tensor's memory. Making one costs more than a small operation, so
 * each is made once and kept with the tensor.
 */
final class Views {
  private record Part(long from, long rows, long columns) {}

  private record Heads(int batch, int length, int heads, int headSize) {}

  private final Tensor tensor;
  private final List<INDArray> shaped = new ArrayList<>(4);
  private final Map<Object, INDArray> others = new HashMap<>(4);

  private Views(Tensor tensor) {
    this.tensor = tensor;
  }

  static Views of(Tensor tensor) {
    if (tensor.view() instanceof Views views) {
      return views;
    }
    Views views = new Views(tensor);
    tensor.setView(views);
    return views;
  }

  /** All elements as a vector. */
  static INDArray flat(Tensor tensor) {
    return shaped(tensor, tensor.size());
  }

  /** All elements as rows of the last axis. */
  static INDArray matrix(Tensor tensor) {
    return shaped(tensor, tensor.rows(), tensor.length(-1));
  }

  /** All elements as one column, which is repeated along the columns of a matrix. */
  static INDArray column(Tensor tensor) {
    return shaped(tensor, tensor.size(), 1);
  }

  /** All elements as one row, which is repeated along the rows of a matrix. */
  static INDArray row(Tensor tensor) {
    return shaped(tensor, 1, tensor.size());
  }

  /** All elements under the given shape. */
  static INDArray shaped(Tensor tensor, long... shape) {
    Views views = of(tensor);
    for (INDArray array : views.shaped) {
      if (Arrays.equals(array.shape(), shape)) {
        return array;
      }
    }
    INDArray array = views.create(0, shape);
    views.shaped.add(array);
    return array;
  }

  /** The elements from one on, as a matrix. */
  static INDArray part(Tensor tensor, long from, long rows, long columns) {
    Views views = of(tensor);
    return views.others.computeIfAbsent(
        new Part(from, rows, columns), _ -> views.create(from, rows, columns));
  }

  /** Rows [B * L, H * d] of tokens, seen as [B, H, L, d]. */
  static INDArray heads(Tensor tensor, int batch, int length, int heads, int headSize) {
    return of(tensor)
        .others
        .computeIfAbsent(
            new Heads(batch, length, heads, headSize),
            _ -> shaped(tensor, batch, length, heads, headSize).permute(0, 2, 1, 3));
  }

  private INDArray create(long from, long... shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    INDArray whole = ((Nd4jStorage) tensor.storage()).whole();
    return Nd4j.create(whole.data(), shape, strides, tensor.offset() + from, 'c');
  }
}
