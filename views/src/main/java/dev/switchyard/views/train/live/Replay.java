package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench;
import java.util.List;

/**
 * A recording, played as if it were training now: at some times its own speed, from any step. Used
 * on the window's thread.
 */
public final class Replay implements Session {
  /** How many times faster than it happened. */
  public static final List<Integer> SPEEDS = List.of(1, 4, 16, 64);

  /** Unless a person says otherwise the replay takes about so long. */
  private static final double SECONDS = 25;

  private final Workbench.Recording recording;
  private final String source;
  private final double[] seconds;
  private RunHistory history = new RunHistory();
  private int shown;
  private int looked;
  private double clock;
  private boolean playing = true;
  private int speed;

  /**
   * Makes a replay that stands at its beginning and plays.
   *
   * @param recording with at least one step
   * @param source a sample's name or a run folder: where the recording's model is
   */
  public Replay(Workbench.Recording recording, String source) {
    this.recording = recording;
    this.source = source;
    List<StepReport> reports = recording.reports();
    seconds = new double[reports.size()];
    for (int i = 0; i < seconds.length; i++) {
      StepReport report = reports.get(i);
      seconds[i] = report.model().seconds() + (report.twin() == null ? 0 : report.twin().seconds());
    }
    double length = seconds.length == 0 ? 0 : seconds[seconds.length - 1];
    speed = SPEEDS.stream().filter(s -> length / s <= SECONDS).findFirst().orElse(SPEEDS.getLast());
  }

  /** Where the model of this recording is. */
  public String source() {
    return source;
  }

  /** Whether it moves on. */
  public boolean isPlaying() {
    return playing && shown < seconds.length;
  }

  /** Lets it move on or stand; at its end it begins anew. */
  public void setPlaying(boolean play) {
    if (play && shown >= seconds.length) {
      seek(0);
    }
    playing = play;
  }

  /** How many times faster than it happened. */
  public int speed() {
    return speed;
  }

  /** Plays so many times faster than it happened. */
  public void setSpeed(int speed) {
    this.speed = speed;
  }

  /** Moves on by a time of the window's clock. */
  public void advance(double secondsPassed) {
    if (!isPlaying()) {
      return;
    }
    clock += secondsPassed * speed;
    int until = shown;
    while (until < seconds.length && seconds[until] <= clock) {
      until++;
    }
    showUntil(until);
  }

  /** Shows the first so many steps. */
  public void seek(int count) {
    if (count < shown) {
      history = new RunHistory();
      shown = 0;
      looked = 0;
    }
    showUntil(count);
    clock = count == 0 ? 0 : seconds[count - 1];
  }

  private void showUntil(int count) {
    for (; shown < count; shown++) {
      history.add(recording.reports().get(shown));
    }
    List<ProbeReport> looks = recording.probes();
    for (; looked < looks.size() && looks.get(looked).step() <= step(); looked++) {
      history.add(looks.get(looked));
    }
  }

  /** Steps that are shown. */
  public int position() {
    return shown;
  }

  /** Steps that were recorded. */
  public int length() {
    return seconds.length;
  }

  @Override
  public String name() {
    return recording.name();
  }

  @Override
  public RunConfig config() {
    return recording.config();
  }

  @Override
  public String state() {
    return "replay";
  }

  @Override
  public String failure() {
    return "";
  }

  @Override
  public List<RunEvent> events() {
    long now = step();
    return recording.events().stream().filter(e -> e.step() <= now).toList();
  }

  @Override
  public long step() {
    return shown == 0 ? 0 : recording.reports().get(shown - 1).step();
  }

  @Override
  public long steps() {
    return recording.reports().isEmpty() ? 0 : recording.reports().getLast().step();
  }

  @Override
  public RunHistory history() {
    return history;
  }
}
