package dev.switchyard.engine.parallel;

/** One device of a mesh, as what computes on it sees itself and the others. For one thread. */
public final class Rank {
  private final Mesh mesh;
  private final int number;
  private final Collectives world;
  private final Collectives shards;
  private final Collectives data;
  private final Collectives expert;
  private final Collectives model;
  private final int exchangeFlights;

  /**
   * A rank of a mesh.
   *
   * @param world this rank's collectives with all others
   * @param exchangeFlights in how many parts slots travel to experts and back
   */
  public Rank(Mesh mesh, Collectives world, int exchangeFlights) {
    if (world.size() != mesh.size()) {
      throw new IllegalArgumentException(
          world.size() + " ranks do not make a mesh of " + mesh.size());
    }
    this.mesh = mesh;
    this.exchangeFlights = exchangeFlights;
    this.number = world.rank();
    this.world = world;
    this.shards = world.group(mesh.group(number, Axis.DATA, Axis.EXPERT));
    this.data = world.group(mesh.group(number, Axis.DATA));
    this.expert = world.group(mesh.group(number, Axis.EXPERT));
    this.model = world.group(mesh.group(number, Axis.MODEL));
  }

  /** The only device. */
  public static Rank alone() {
    return new Rank(Mesh.ONE, Collectives.alone(), 1);
  }

  /** On which it stands. */
  public Mesh mesh() {
    return mesh;
  }

  /** Its number, from 0. */
  public int number() {
    return number;
  }

  /** Its place on the mesh. */
  public Mesh.Coordinates place() {
    return mesh.at(number);
  }

  /** Its part of the batch, from 0. */
  public int shard() {
    return mesh.shard(number);
  }

  /** With all devices. */
  public Collectives world() {
    return world;
  }

  /** With those that have other rows and the same weights, experts aside. */
  public Collectives shards() {
    return shards;
  }

  /** With those that have other rows and the same experts. */
  public Collectives data() {
    return data;
  }

  /** With those that have the other experts. */
  public Collectives expert() {
    return expert;
  }

  /** With those that have the same rows and other parts of each layer. */
  public Collectives model() {
    return model;
  }

  /** In how many parts, one computed while others travel, slots go to experts and back. */
  public int exchangeFlights() {
    return exchangeFlights;
  }

  /** For messages: "rank 2 (data 1, expert 0, model 0)". */
  @Override
  public String toString() {
    return "rank %d (%s)".formatted(number, place());
  }
}
