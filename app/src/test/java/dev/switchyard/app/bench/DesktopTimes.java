package dev.switchyard.app.bench;

import dev.switchyard.app.workbench.Home;
import dev.switchyard.app.workbench.LocalWorkbench;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.LoadHeatmap;
import dev.switchyard.views.shell.MainWindow;
import dev.switchyard.views.shell.SavedSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TextInputControl;
import javafx.stage.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testfx.framework.junit5.ApplicationTest;
import org.testfx.util.WaitForAsyncUtils;

/**
 * How fast the desktop is, without a display. Not among the tests that every build runs, since it
 * says times and proves nothing: {@code mvn -q verify -Pdesktop-bench}. It writes what it measured
 * into {@code target/desktop-times.md}.
 */
class DesktopTimes extends ApplicationTest {
  private static final long SECONDS = Long.getLong("desktop.seconds", 60);
  private static final long HISTORY_STEPS = Long.getLong("desktop.history", 1_000_000);
  private static final int LIVE_STEPS = Integer.getInteger("desktop.steps", 10_000);
  private static final String PARTS = System.getProperty("desktop.parts", "");
  private static final int PAIRS = Integer.getInteger("desktop.pairs", 8);
  private static final double BLOCK_SECONDS = 5;

  /** A person looks at the start page for so long before the first click; 0: not at all. */
  private static final long LOOK_SECONDS = Long.getLong("desktop.look", 2);

  /** Until what a screen may do at first at the expense of others is over, and what is compiled. */
  private static final long SETTLE_SECONDS = 3;

  private static final int TOKENS = 512;
  private static final int WARM_UP = 30;
  private static final int SLIDES = 40;
  private static final int STREAMED_EXPERTS = 128;
  private static final int STREAMED_LAYERS = 24;

  @TempDir private Path folder;
  private final Measured measured = new Measured(Path.of("target", "desktop-times.md"));
  private LocalWorkbench local;
  private volatile StreamedRun streamed;
  private volatile TrainingRun trained;
  private Stage stage;
  private MainWindow window;

  @Override
  public void start(Stage primary) {
    local = new LocalWorkbench(new Home(folder));
    Map<String, String> kept = new HashMap<>(Map.of("width", "1440", "height", "900"));
    stage = new Stage();
    window =
        new MainWindow(
            watched(),
            stage,
            new SavedSettings() {
              @Override
              public String get(String key, String otherwise) {
                return kept.getOrDefault(key, otherwise);
              }

              @Override
              public void put(String key, String value) {
                kept.put(key, value);
              }
            });
    window.show();
  }

  /** The engine of this machine; but a run of 128 experts is streamed, not trained. */
  private Workbench watched() {
    return (Workbench)
        Proxy.newProxyInstance(
            Workbench.class.getClassLoader(),
            new Class<?>[] {Workbench.class},
            (self, method, arguments) -> {
              if (method.getName().equals("create") && arguments[0] instanceof RunConfig config) {
                if (config.model().numExperts() == STREAMED_EXPERTS) {
                  streamed = new StreamedRun(config, (Path) arguments[1], STREAMED_LAYERS);
                  return streamed;
                }
                trained = local.create(config, (Path) arguments[1], (DoubleConsumer) share -> {});
                return trained;
              }
              try {
                return method.invoke(local, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void everything() throws Exception {
    for (Map.Entry<String, Part> part : parts().entrySet()) {
      if (PARTS.isEmpty() || List.of(PARTS.split(",")).contains(part.getKey())) {
        part.getValue().measure();
      }
    }
  }

  private interface Part {
    void measure() throws Exception;
  }

  /** In this order: the first use is to be the first. */
  private Map<String, Part> parts() {
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("text", this::textAndSlider);
    parts.put("stream", this::streamedRun);
    parts.put("training", this::training);
    parts.put("history", this::longHistory);
    parts.put("start", this::starts);
    return parts;
  }

  private void starts() throws Exception {
    Platform.runLater(window::close);
    Path program = Path.of("target", "switchyard", "bin", "switchyard").toAbsolutePath();
    StartTimes.median(program, folder.resolve("starts"))
        .ifPresentOrElse(
            millis ->
                measured.add(
                    "start to first window",
                    "under 1 s",
                    "the distribution on a virtual display, median of 5 after a first start",
                    "%.0f ms",
                    millis),
            () -> measured.add("start to first window", "under 1 s", "no Xvfb here", "–"));
  }

  private void textAndSlider() throws Exception {
    waitFor(() -> lookup("#hero-explore").tryQuery().isPresent());
    TimeUnit.SECONDS.sleep(LOOK_SECONDS);
    long start = System.nanoTime();
    press("#hero-explore");
    waitFor(() -> lookup("#text").tryQuery().isPresent() && !dropped().equals("–"));
    measured.add(
        "start page to a routed text in the explorer",
        "under 2 s, 2 clicks",
        "first use, the sample and its example text, clicked %d s after the page stood"
            .formatted(LOOK_SECONDS),
        "%.2f s, 1 click",
        seconds(start));
    String example = call(() -> lookup("#text").queryAs(TextInputControl.class).getText());
    String[] words = (example + " ").repeat(TOKENS).split(" ");
    String text = String.join(" ", Arrays.copyOf(words, TOKENS - 1));
    interact(() -> lookup("#text").queryAs(TextInputControl.class).setText(text));
    waitFor(() -> lookup("#status").queryAs(Label.class).getText().startsWith(TOKENS + " tokens"));
    List<Double> times = new ArrayList<>();
    String before = "";
    for (int i = 0; i < WARM_UP + SLIDES; i++) {
      double millis = slide(i % 2 == 0 ? 0.5 : 3, before).get(60, TimeUnit.SECONDS);
      before = call(this::dropped);
      if (i >= WARM_UP) {
        times.add(millis);
      }
    }
    measured.add(
        "what-if slider to new picture, 512 tokens on the sample",
        "under 100 ms",
        "median and longest of %d".formatted(SLIDES),
        "%.1f ms, longest %.1f ms",
        median(times),
        Collections.max(times));
  }

  /** Moves the slider; done when the new figures have been laid out and handed to the renderer. */
  private CompletableFuture<Double> slide(double factor, String before) {
    CompletableFuture<Double> done = new CompletableFuture<>();
    Platform.runLater(
        () -> {
          Scene scene = stage.getScene();
          long start = System.nanoTime();
          Runnable[] listener = new Runnable[1];
          listener[0] =
              () -> {
                if (!dropped().equals(before)) {
                  scene.removePostLayoutPulseListener(listener[0]);
                  done.complete(seconds(start) * 1e3);
                }
              };
          scene.addPostLayoutPulseListener(listener[0]);
          lookup("#capacity-factor").queryAs(Slider.class).setValue(factor);
        });
    return done;
  }

  private String dropped() {
    return lookup("#what-if-dropped").queryAs(Label.class).getText();
  }

  /** 128 experts x 24 layers: reports come in so that all are there after half a minute. */
  private void streamedRun() throws Exception {
    openRun(STREAMED_EXPERTS, LIVE_STEPS);
    waitFor(() -> streamed != null && streamed.state() == RunState.RUNNING && isSeen("#run-name"));
    long heap = 0;
    double stall = 0;
    double collected = 0;
    AtomicInteger frames = new AtomicInteger();
    AtomicInteger charts = new AtomicInteger();
    AtomicInteger heatmaps = new AtomicInteger();
    LineChartPane quality = lookup("#quality-chart").queryAs(LineChartPane.class);
    LoadHeatmap heatmap = lookup("#load-heatmap").queryAs(LoadHeatmap.class);
    AnimationTimer counting =
        new AnimationTimer() {
          private LineChartPane.Content last;
          private LoadHeatmap.Content lastLoad;

          @Override
          public void handle(long now) {
            frames.incrementAndGet();
            LineChartPane.Content shown = quality.content();
            if (!shown.equals(last)) {
              last = shown;
              charts.incrementAndGet();
            }
            LoadHeatmap.Content load = heatmap.content();
            if (!load.equals(lastLoad)) {
              lastLoad = load;
              heatmaps.incrementAndGet();
            }
          }
        };
    interact(counting::start);
    try (StallMeter stalls = new StallMeter()) {
      long start = System.nanoTime();
      for (int step = 1; step <= LIVE_STEPS; step++) {
        streamed.advance();
        if (step % 10 == 0) {
          TimeUnit.MILLISECONDS.sleep(30);
        }
        if (step == LIVE_STEPS / 5) {
          stall = stalls.takeLongestMillis();
          long collecting = System.nanoTime();
          heap = usedHeap();
          collected = seconds(collecting);
          stalls.takeLongestMillis(); // what this benchmark stops the program for is no stall
        }
      }
      double seconds = seconds(start) - collected;
      measured.add(
          "128 experts x 24 layers x %,d steps live".formatted(LIVE_STEPS),
          "60 frames a second, charts at 5 Hz, memory bounded",
          "%.0f s of reports".formatted(seconds),
          "%.0f frames a second with %.0f heatmaps, charts at %.1f Hz, longest stall %.0f ms, heap"
              + " %+.0f MB from a fifth of the steps to all",
          frames.get() / seconds,
          heatmaps.get() / seconds,
          charts.get() / seconds,
          Math.max(stall, stalls.takeLongestMillis()),
          (usedHeap() - heap) / 1e6);
    }
    interact(counting::stop);
    double paint =
        call(
            () -> {
              LoadHeatmap.Content content = heatmap.content();
              long start = System.nanoTime();
              for (int i = 0; i < SLIDES; i++) {
                heatmap.show(content);
              }
              return seconds(start) * 1e3 / SLIDES;
            });
    measured.add(
        "painting the heatmap of %d experts".formatted(STREAMED_EXPERTS),
        "under 16 ms",
        "mean of %d".formatted(SLIDES),
        "%.2f ms",
        paint);
    streamed.stop();
    TimeUnit.SECONDS.sleep(1);
  }

  private void openRun(int experts, long steps) throws Exception {
    press("#rail-train");
    waitFor(() -> lookup("#create").tryQuery().isPresent() || isSeen("#run-name"));
    if (!isSeen("#create")) {
      interact(() -> window.newRun(null, List.of()));
    }
    waitFor(() -> isSeen("#create"));
    interact(
        () -> {
          lookup("#setting-num_experts")
              .queryAs(TextInputControl.class)
              .setText(Integer.toString(experts));
          lookup("#setting-steps").queryAs(TextInputControl.class).setText(Long.toString(steps));
        });
    waitFor(() -> !lookup("#create").queryAs(ButtonBase.class).isDisabled());
    press("#create");
  }

  private boolean isSeen(String id) {
    return lookup(id).tryQuery().map(node -> node.isVisible() && treeIsVisible(node)).orElse(false);
  }

  private static boolean treeIsVisible(javafx.scene.Node node) {
    for (javafx.scene.Node n = node; n != null; n = n.getParent()) {
      if (!n.isVisible()) {
        return false;
      }
    }
    return true;
  }

  /** A training of the sample pair, with every screen opened again and again. */
  private void training() throws Exception {
    interact(() -> window.newRun("sample", List.of()));
    openRun(8, 1_000_000);
    waitFor(() -> trained != null && trained.step() > 20);
    slowDown("by open views");
    press("#batch-tokens");
    slowDown("while the tokens of its batches are seen");
    press("#batch-tokens");
    String[] rail = {"#rail-explore", "#rail-train", "#rail-compare", "#rail-inspect"};
    for (String each : rail) {
      press(each);
      TimeUnit.SECONDS.sleep(2);
    }
    try (StallMeter stalls = new StallMeter()) {
      long start = System.nanoTime();
      for (int i = 0; seconds(start) < SECONDS; i++) {
        press(rail[i % rail.length]);
        TimeUnit.SECONDS.sleep(3);
      }
      measured.add(
          "longest stall of the window's thread in a training with everything open",
          "under 100 ms in 10 minutes",
          "%d s, the screens one after another".formatted(SECONDS),
          "%.0f ms",
          stalls.takeLongestMillis());
    }
    trained.stop();
    trained.await();
  }

  /** Seconds a step with the live screen as it is now, and without a window, in turns. */
  private void slowDown(String how) throws Exception {
    List<Double> slower = new ArrayList<>();
    interact(stage::hide);
    double stillWithout = secondsPerStep();
    for (int pair = 0; pair < PAIRS; pair++) {
      interact(stage::show);
      press("#rail-train");
      double with = secondsPerStep();
      interact(stage::hide);
      double without = secondsPerStep();
      slower.add(with / ((without + stillWithout) / 2) - 1);
      stillWithout = without;
    }
    interact(stage::show);
    measured.add(
        "slow-down of training " + how,
        "under 2%",
        "the clock's time of a step, median of %d blocks of %.0f s between blocks without"
            .formatted(PAIRS, BLOCK_SECONDS),
        "%.1f%% (%.1f%% to %.1f%%), a step takes %.1f ms",
        100 * median(slower),
        100 * Collections.min(slower),
        100 * Collections.max(slower),
        1e3 * stillWithout);
  }

  /** By the clock: what one step in many waits for counts as well. */
  private double secondsPerStep() throws Exception {
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    List<Long> ends = Collections.synchronizedList(new ArrayList<>());
    RunListener listener =
        new RunListener() {
          @Override
          public void onStep(StepReport report) {
            ends.add(System.nanoTime());
          }
        };
    try (AutoCloseable listening = trained.listen(listener)) {
      TimeUnit.MILLISECONDS.sleep((long) (BLOCK_SECONDS * 1e3));
    }
    List<Long> all = new ArrayList<>(ends);
    return (all.getLast() - all.getFirst()) / 1e9 / (all.size() - 1);
  }

  private void longHistory() throws Exception {
    Path run = LongRun.write(folder.resolve("long"), HISTORY_STEPS);
    long start = System.nanoTime();
    interact(() -> window.compare(List.of(run)));
    waitFor(
        () ->
            lookup("#compare-chart").tryQueryAs(LineChartPane.class).stream()
                .flatMap(chart -> chart.content().lines().stream())
                .anyMatch(line -> line.x().length > 0 && line.name().contains("long")));
    double seen = seconds(start);
    String all = String.format(java.util.Locale.ROOT, "%,d steps", HISTORY_STEPS);
    waitFor(() -> lookup("#status").queryAs(Label.class).getText().contains(all));
    measured.add(
        "history of %,d steps opened in Compare".formatted(HISTORY_STEPS),
        "under 2 s",
        "from the request to its curve from places, and to all steps read",
        "%.2f s, all %.2f s",
        seen,
        seconds(start));
  }

  private void press(String id) throws Exception {
    waitFor(() -> lookup(id).tryQuery().isPresent());
    interact(() -> lookup(id).queryAs(ButtonBase.class).fire());
  }

  private static void waitFor(Callable<Boolean> holds) throws Exception {
    WaitForAsyncUtils.waitFor(
        120, TimeUnit.SECONDS, () -> WaitForAsyncUtils.waitForAsyncFx(120_000, holds));
  }

  private static <T> T call(Callable<T> work) {
    return WaitForAsyncUtils.waitForAsyncFx(60_000, work);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(List<Double> times) {
    return times.stream().sorted().toList().get(times.size() / 2);
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
