package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.MeshTraffic;
import dev.switchyard.engine.parallel.Mesh;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the devices of a mesh stand in a picture, and where the lines between them run. Devices
 * along the expert and the model axis stand side by side, those along the data axis below one
 * another; where that would leave the picture half empty, several places of the data axis share a
 * line. A group's line runs in the gap beside its devices, with a branch to each.
 */
final class MeshLayout {
  /** A line that has no other beside it may say what it carries. */
  private static final double WORDS = 15;

  private static final double LANE = 8;
  private static final double EDGE = 6;
  private static final double CARD_SHAPE = 1.7;

  /**
   * A line of a group.
   *
   * @param channel number of the channel in the traffic
   * @param collective that it stands for
   * @param main the long parts
   * @param branches to each device
   */
  record Lane(int channel, String collective, List<Line2D> main, List<Line2D> branches) {
    boolean isNear(double x, double y, double distance) {
      return main.stream().anyMatch(line -> line.ptSegDist(x, y) <= distance)
          || branches.stream().anyMatch(line -> line.ptSegDist(x, y) <= distance);
    }
  }

  private final Mesh mesh;
  private final List<MeshTraffic.Channel> channels;
  private final int columns;
  private final int lines;
  private final Rectangle2D[] cards;
  private final List<Lane> lanes = new ArrayList<>();
  private boolean wordy;
  private double thickest;

  MeshLayout(MeshTraffic traffic, double width, double height) {
    mesh = traffic.mesh();
    channels = traffic.channels();
    int block = mesh.expert() * mesh.model();
    int across = blocksInALine(block, width, height);
    columns = block * across;
    lines = Math.ceilDiv(mesh.data(), across);
    cards = new Rectangle2D[mesh.size()];
    place(width, height);
  }

  Rectangle2D card(int rank) {
    return cards[rank];
  }

  List<Lane> lanes() {
    return lanes;
  }

  /** How thick a line may be without covering its neighbours. */
  double thickest() {
    return thickest;
  }

  /** Whether there is room for words beside the lines. */
  boolean isWordy() {
    return wordy;
  }

  /** As many as make the cards largest, few rather than many. */
  private int blocksInALine(int block, double width, double height) {
    int best = 1;
    double largest = 0;
    for (int across = 1; across <= mesh.data(); across++) {
      double card =
          Math.min(
              width / (block * across), CARD_SHAPE * height / Math.ceilDiv(mesh.data(), across));
      if (card > largest * 1.05) {
        largest = card;
        best = across;
      }
    }
    return best;
  }

  private int line(int rank) {
    return rank / columns;
  }

  private int column(int rank) {
    return rank % columns;
  }

  private enum Way {
    LINE,
    COLUMN,
    TRUNK
  }

  private Way way(List<Integer> ranks) {
    if (ranks.stream().allMatch(rank -> line(rank) == line(ranks.getFirst()))) {
      return Way.LINE;
    }
    return ranks.stream().allMatch(rank -> column(rank) == column(ranks.getFirst()))
        ? Way.COLUMN
        : Way.TRUNK;
  }

  /** A line before it has its place: its slot in the gap, from 0. */
  private record Planned(int channel, String collective, Way way, int slot) {}

  private void place(double width, double height) {
    int[] below = new int[lines];
    int[] beside = new int[columns];
    int trunks = 0;
    List<Planned> planned = new ArrayList<>();
    Map<String, int[]> taken = new HashMap<>();
    for (int c = 0; c < channels.size(); c++) {
      MeshTraffic.Channel channel = channels.get(c);
      Way way = way(channel.ranks());
      for (String collective : collectives(channel)) {
        if (way == Way.TRUNK) {
          planned.add(new Planned(c, collective, way, trunks++));
          continue;
        }
        int at = way == Way.LINE ? line(channel.ranks().getFirst()) : column(first(channel));
        int from = way == Way.LINE ? column(first(channel)) : line(first(channel));
        int to = way == Way.LINE ? column(last(channel)) : line(last(channel));
        int slot = freeSlot(taken, way + " " + at, from, to);
        int[] most = way == Way.LINE ? below : beside;
        most[at] = Math.max(most[at], slot + 1);
        planned.add(new Planned(c, collective, way, slot));
      }
    }
    int mostBelow = most(below) + trunks;
    int mostBeside = most(beside);
    double cellHeight = (height - 2 * EDGE) / lines;
    wordy = cellHeight >= 130 && mostBelow <= 4 && columns <= 8;
    double lane = Math.min(wordy ? WORDS : LANE, cellHeight * 0.4 / Math.max(1, mostBelow));
    double left = EDGE + trunks * LANE + (trunks > 0 ? 4 : 0);
    double gapBelow = mostBelow == 0 ? 8 : lane * mostBelow + 8;
    double cellWidth = (width - left - EDGE) / columns;
    double gapBeside =
        Math.min(cellWidth * 0.4, Math.max(8, mostBeside == 0 ? 8 : LANE * mostBeside + 8));
    double laneBeside = gapBeside / Math.max(1, mostBeside + 1);
    thickest = Math.min(LANE, Math.min(lane, laneBeside)) * 0.85;
    for (int rank = 0; rank < cards.length; rank++) {
      cards[rank] =
          new Rectangle2D.Double(
              left + column(rank) * cellWidth,
              EDGE + line(rank) * cellHeight,
              cellWidth - gapBeside,
              cellHeight - gapBelow);
    }
    for (Planned each : planned) {
      switch (each.way()) {
        case LINE -> addAlongLine(each, lane);
        case COLUMN -> addAlongColumn(each, laneBeside);
        case TRUNK -> addTrunk(each, lane, most(below));
      }
    }
  }

  private static int first(MeshTraffic.Channel channel) {
    return channel.ranks().getFirst();
  }

  private static int last(MeshTraffic.Channel channel) {
    return channel.ranks().getLast();
  }

  private static List<String> collectives(MeshTraffic.Channel channel) {
    return channel.flows().stream().map(MeshTraffic.Flow::collective).distinct().toList();
  }

  private static int most(int[] slots) {
    int most = 0;
    for (int each : slots) {
      most = Math.max(most, each);
    }
    return most;
  }

  /** The first slot of a gap in which a stretch is free; each remembers where its last one ends. */
  private static int freeSlot(Map<String, int[]> taken, String gap, int from, int to) {
    int slot = 0;
    while (true) {
      int[] end = taken.computeIfAbsent(gap + " " + slot, k -> new int[] {-1});
      if (from > end[0]) {
        end[0] = to;
        return slot;
      }
      slot++;
    }
  }

  private void addAlongLine(Planned planned, double lane) {
    List<Integer> ranks = channels.get(planned.channel()).ranks();
    double y = cards[ranks.getFirst()].getMaxY() + lane * (planned.slot() + 0.75);
    List<Line2D> branches = new ArrayList<>();
    for (int rank : ranks) {
      double x = foot(rank, planned.slot());
      branches.add(new Line2D.Double(x, cards[rank].getMaxY(), x, y));
    }
    lanes.add(
        new Lane(
            planned.channel(),
            planned.collective(),
            List.of(
                new Line2D.Double(branches.getFirst().getX1(), y, branches.getLast().getX1(), y)),
            branches));
  }

  /** Where the branch of a line leaves a card below: further to the right, the lower the line. */
  private double foot(int rank, int slot) {
    return cards[rank].getX() + Math.min(cards[rank].getWidth() - 2, 14 + slot * 10.0);
  }

  private void addAlongColumn(Planned planned, double lane) {
    List<Integer> ranks = channels.get(planned.channel()).ranks();
    double x = cards[ranks.getFirst()].getMaxX() + lane * (planned.slot() + 1);
    List<Line2D> branches = new ArrayList<>();
    for (int rank : ranks) {
      double y = cards[rank].getMinY() + Math.min(cards[rank].getHeight() / 2, 22);
      branches.add(new Line2D.Double(cards[rank].getMaxX(), y, x, y));
    }
    lanes.add(
        new Lane(
            planned.channel(),
            planned.collective(),
            List.of(
                new Line2D.Double(x, branches.getFirst().getY1(), x, branches.getLast().getY1())),
            branches));
  }

  /** Through all lines: down at the left edge, with a way along each line. */
  private void addTrunk(Planned planned, double lane, int linesBefore) {
    List<Integer> ranks = channels.get(planned.channel()).ranks();
    double x = EDGE / 2 + LANE * (planned.slot() + 0.5);
    int slot = linesBefore + planned.slot();
    List<Line2D> main = new ArrayList<>();
    List<Line2D> branches = new ArrayList<>();
    Map<Integer, Integer> furthest = new HashMap<>();
    ranks.forEach(rank -> furthest.merge(line(rank), rank, Math::max));
    double top = Double.NaN;
    double bottom = 0;
    for (int line = 0; line < lines; line++) {
      if (furthest.containsKey(line)) {
        int rank = furthest.get(line);
        double y = cards[rank].getMaxY() + lane * (slot + 0.75);
        main.add(new Line2D.Double(x, y, foot(rank, slot), y));
        top = Double.isNaN(top) ? y : top;
        bottom = y;
      }
    }
    main.addFirst(new Line2D.Double(x, top, x, bottom));
    for (int rank : ranks) {
      double foot = foot(rank, slot);
      double y = cards[rank].getMaxY() + lane * (slot + 0.75);
      branches.add(new Line2D.Double(foot, cards[rank].getMaxY(), foot, y));
    }
    lanes.add(new Lane(planned.channel(), planned.collective(), main, branches));
  }
}
