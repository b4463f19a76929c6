package dev.switchyard.views.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.views.fake.FakeMicroscope;
import dev.switchyard.views.fake.FakeWorkbench;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that is opened ahead is handed over once, and closed where nobody wants it. */
@Timeout(60)
final class OpenedAheadTest {
  private final FakeWorkbench workbench = new FakeWorkbench(Path.of("runs"));
  private final OpenedAhead ahead = new OpenedAhead(workbench);

  private static void awaitOpener() throws InterruptedException {
    for (Thread each : Thread.getAllStackTraces().keySet()) {
      if (each.getName().startsWith("opens ")) {
        each.join();
      }
    }
  }

  @Test
  void whoAsksForItHasItAndItsExampleIsRouted() throws Exception {
    ahead.open("tongues");
    Microscope taken = ahead.take("tongues").orElseThrow().get(50, TimeUnit.SECONDS);
    awaitOpener();
    assertThat(workbench.microscopes).hasSize(1).first().isSameAs(taken);
    assertThat(((FakeMicroscope) taken).requests()).isEqualTo(1);
    assertThat(ahead.take("tongues")).isEmpty();
    ahead.close();
    assertThat(((FakeMicroscope) taken).isClosed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatNobodyTookIsClosedWhetherItIsOpenYetOrNot(boolean open) throws Exception {
    ahead.open("tongues");
    if (open) {
      awaitOpener();
    }
    assertThat(ahead.take("another")).isEmpty();
    awaitOpener();
    assertThat(workbench.microscopes).allMatch(FakeMicroscope::isClosed);
    ahead.open("a third");
    assertThat(ahead.take("a third")).isEmpty();
  }

  @Test
  void whyItCanNotBeOpenedIsToldToWhoAsks() throws Exception {
    ahead.open("broken");
    Optional<CompletableFuture<Microscope>> taken = ahead.take("broken");
    assertThatThrownBy(() -> taken.orElseThrow().get(50, TimeUnit.SECONDS))
        .hasMessageContaining("model.safetensors");
    ahead.close();
  }
}
