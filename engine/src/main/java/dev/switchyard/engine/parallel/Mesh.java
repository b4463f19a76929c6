package dev.switchyard.engine.parallel;

import dev.switchyard.engine.configuration.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How devices are arranged. Ranks count along the model axis first, then along the expert axis,
 * then along the data axis: neighbours, whose links are the fastest, exchange the most.
 *
 * <p>The batch is divided over the data and the expert axis together, so that {@link #shards()}
 * devices each have their own rows; the devices along the model axis have the same rows.
 *
 * @param data devices along the data axis
 * @param expert devices along the expert axis
 * @param model devices along the model axis
 */
public record Mesh(int data, int expert, int model) {
  /** One device. */
  public static final Mesh ONE = new Mesh(1, 1, 1);

  /**
   * Where a rank stands.
   *
   * @param data from 0
   * @param expert from 0
   * @param model from 0
   */
  public record Coordinates(int data, int expert, int model) {
    int along(Axis axis) {
      return switch (axis) {
        case DATA -> data;
        case EXPERT -> expert;
        case MODEL -> model;
      };
    }

    /** The place of another device along the expert axis. */
    public Coordinates withExpert(int other) {
      return new Coordinates(data, other, model);
    }

    /** For people. */
    @Override
    public String toString() {
      return "data %d, expert %d, model %d".formatted(data, expert, model);
    }
  }

  /** Checks that every axis has a device. */
  public Mesh {
    if (data < 1 || expert < 1 || model < 1) {
      throw new InputException(
          "A mesh needs at least 1 device along each axis, not data=%d, expert=%d, model=%d."
              .formatted(data, expert, model));
    }
    long devices = product(data, expert, model);
    if (devices > Integer.MAX_VALUE) {
      throw new InputException(
          "mesh data=%d,expert=%d,model=%d has %d devices, more than there can be."
              .formatted(data, expert, model, devices));
    }
  }

  /**
   * Reads a mesh as people write it.
   *
   * @param text such as "data=2,expert=2"; an axis that is not named is 1; empty: all devices along
   *     the data axis
   * @param devices that it has to have
   * @throws InputException saying what is wrong with it
   */
  public static Mesh parse(String text, int devices) {
    if (text.isBlank()) {
      return new Mesh(devices, 1, 1);
    }
    Map<Axis, Integer> lengths = new EnumMap<>(Axis.class);
    for (String part : text.split(",", -1)) {
      String[] sides = part.split("=", -1);
      Axis axis = sides.length == 2 ? axis(sides[0].strip()) : null;
      int length = axis == null ? 0 : length(sides[1].strip());
      if (length < 1 || lengths.put(axis, length) != null) {
        throw new InputException(
            ("mesh is \"%s\", but must name axes and how many devices each has, such as"
                    + " data=2,expert=4,model=1.")
                .formatted(text));
      }
    }
    int data = lengths.getOrDefault(Axis.DATA, 1);
    int expert = lengths.getOrDefault(Axis.EXPERT, 1);
    int model = lengths.getOrDefault(Axis.MODEL, 1);
    if (product(data, expert, model) != devices) {
      throw new InputException(
          "mesh %s has %d devices, but devices is %d: make both the same."
              .formatted(text.strip(), product(data, expert, model), devices));
    }
    return new Mesh(data, expert, model);
  }

  /** The number of devices, or the largest long where it is larger still. */
  private static long product(long data, long expert, long model) {
    long two = data * expert;
    return Math.multiplyHigh(two, model) == 0 && two * model >= 0 ? two * model : Long.MAX_VALUE;
  }

  private static Axis axis(String word) {
    return Arrays.stream(Axis.values())
        .filter(axis -> axis.word().equals(word))
        .findFirst()
        .orElse(null);
  }

  private static int length(String text) {
    return text.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(text) : 0;
  }

  /** Number of devices. */
  public int size() {
    return data * expert * model;
  }

  /** Parts into which the batch's rows divide: data x expert. */
  public int shards() {
    return data * expert;
  }

  /** Devices along an axis. */
  public int length(Axis axis) {
    return switch (axis) {
      case DATA -> data;
      case EXPERT -> expert;
      case MODEL -> model;
    };
  }

  /** Where a rank stands. */
  public Coordinates at(int rank) {
    if (rank < 0 || rank >= size()) {
      throw new IndexOutOfBoundsException("Rank " + rank + " of " + size());
    }
    return new Coordinates(rank / (expert * model), rank / model % expert, rank % model);
  }

  /** The rank at a place. */
  public int rank(Coordinates at) {
    return (at.data() * expert + at.expert()) * model + at.model();
  }

  /** Which part of the batch a rank has, from 0: its place along data and expert together. */
  public int shard(int rank) {
    return rank / model;
  }

  /** The ranks that differ from this one along the given axes alone, in order, itself included. */
  public List<Integer> group(int rank, Axis first, Axis... more) {
    Set<Axis> axes = EnumSet.of(first, more);
    Coordinates own = at(rank);
    List<Integer> group = new ArrayList<>();
    for (int other = 0; other < size(); other++) {
      Coordinates there = at(other);
      boolean same =
          Arrays.stream(Axis.values())
              .allMatch(axis -> axes.contains(axis) || there.along(axis) == own.along(axis));
      if (same) {
        group.add(other);
      }
    }
    return List.copyOf(group);
  }

  /** As {@link #parse} reads it: "data=2,expert=2". */
  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    for (Axis axis : Axis.values()) {
      if (length(axis) > 1) {
        words.add(axis.word() + "=" + length(axis));
      }
    }
    return words.isEmpty() ? "data=1" : String.join(",", words);
  }
}
