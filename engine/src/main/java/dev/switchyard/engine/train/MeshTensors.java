package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Held;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.HeldCopy;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of a model's tensors on the devices of a mesh, and the whole tensors in the trainer's
 * memory. Names are the checkpoint's, so that neither depends on the mesh. The devices must be at
 * rest.
 */
final class MeshTensors implements AutoCloseable {
  /** A tensor under one name on one device. */
  private record Piece(Tensor tensor, Held held) {}

  private final Backend backend;
  private final List<NamedTensor> whole = new ArrayList<>();
  private final Map<String, Tensor> wholeByName = new LinkedHashMap<>();
  private final Map<String, List<Piece>> pieces = new LinkedHashMap<>();
  private final boolean owned;

  /** Over whole tensors that somebody else made and frees. */
  MeshTensors(Backend backend, List<NamedTensor> whole) {
    this.backend = backend;
    this.owned = false;
    whole.forEach(this::addWhole);
  }

  /** Over whole tensors made here for whatever {@link #add} adds. */
  MeshTensors(Backend backend) {
    this.backend = backend;
    this.owned = true;
  }

  private void addWhole(NamedTensor named) {
    whole.add(named);
    for (int i = 0; i < named.names().size(); i++) {
      Tensor tensor = named.tensor();
      wholeByName.put(named.names().get(i), named.byExpert() ? tensor.part(i, i + 1) : tensor);
    }
  }

  /**
   * Adds what one device holds.
   *
   * @param held which part of each it is
   */
  void add(NamedTensor named, Held held) {
    for (int i = 0; i < named.names().size(); i++) {
      String name = named.names().get(i);
      Tensor tensor = named.byExpert() ? named.tensor().part(i, i + 1) : named.tensor();
      pieces.computeIfAbsent(name, n -> new ArrayList<>()).add(new Piece(tensor, held));
      if (owned && !wholeByName.containsKey(name)) {
        int[] shape = wholeShape(tensor, named.byExpert(), held);
        addWhole(new NamedTensor(List.of(name), backend.allocate(shape), false));
      }
    }
  }

  /** All whole tensors. */
  List<NamedTensor> whole() {
    return List.copyOf(whole);
  }

  private static int[] wholeShape(Tensor part, boolean byExpert, Held held) {
    int[] shape = part.shape();
    if (byExpert) {
      int[] rest = new int[shape.length - 1];
      System.arraycopy(shape, 1, rest, 0, rest.length);
      shape = rest;
    }
    if (held.overModel()) {
      shape[held.axis()] *= held.count();
    }
    return shape;
  }

  /** Brings the whole tensors up to what the devices hold. */
  void gather() {
    pieces.forEach(
        (name, all) -> {
          Tensor target = wholeByName.get(name);
          if (!all.getFirst().held().overModel()) {
            copy(all.getFirst().tensor(), target);
            return;
          }
          for (Piece piece : all) {
            HeldCopy.toWhole(
                backend, piece.tensor(), wholeOf(target, piece.held()), piece.held(), target);
          }
        });
  }

  /** Gives the devices what stands in the whole tensors. */
  void scatter() {
    pieces.forEach(
        (name, all) -> {
          Tensor source = wholeByName.get(name);
          for (Piece piece : all) {
            if (!piece.held().overModel()) {
              copy(source, piece.tensor());
            } else {
              HeldCopy.toPart(
                  backend, source, wholeOf(source, piece.held()), piece.held(), piece.tensor());
            }
          }
        });
  }

  /** A part along the axis of experts keeps that axis, of length 1. */
  private static int[] wholeOf(Tensor tensor, Held held) {
    int[] shape = tensor.shape();
    if (shape.length == 3 && held.axis() < 2) {
      return new int[] {shape[1], shape[2]};
    }
    return shape;
  }

  private void copy(Tensor from, Tensor to) {
    backend.transport().copy(backend.memory(from), backend.memory(to));
    backend.transport().finish();
  }

  /** The parts of a device's parameters, by what their state is named after. */
  static Held heldOf(NamedTensor state, String prefix, List<Parameter> parameters) {
    String name = state.names().getFirst();
    for (Parameter parameter : parameters) {
      if (name.startsWith(prefix + parameter.names().getFirst() + ".")) {
        return parameter.held();
      }
    }
    throw new IllegalStateException(name + " belongs to no parameter");
  }

  @Override
  public void close() {
    if (owned) {
      whole.forEach(named -> backend.free(named.tensor()));
    }
    whole.clear();
    wholeByName.clear();
    pieces.clear();
  }
}
