package dev.switchyard.views.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void ofALongNameBothEndsStay() {
    assertThat(Figures.shortened("sweep-lr0.001-cf1.25, twin", 26))
        .isEqualTo("sweep-lr0.001-cf1.25, twin");
    assertThat(Figures.shortened("sweep-lr0.001-cf1.25, twin", 15)).isEqualTo("sweep-l…5, twin");
  }

  @Test
  void figuresAreShort() {
    assertThat(Figures.whole(3104)).isEqualTo("3,104");
    assertThat(Figures.compact(112_345)).isEqualTo("112 k");
    assertThat(Figures.compact(24_100_000)).isEqualTo("24.1 M");
    assertThat(Figures.compact(999_600)).isEqualTo("1.00 M");
    assertThat(Figures.bytes(312e6)).isEqualTo("312 MB");
    assertThat(Figures.bytes(1.1e9)).isEqualTo("1.1 GB");
    assertThat(Figures.percent(0.0214)).isEqualTo("2.1%");
    assertThat(Figures.times(3.3)).isEqualTo("3.30×");
  }

  @Test
  void timesAreWhatAPersonWouldSay() {
    assertThat(Figures.duration(40)).isEqualTo("40 s");
    assertThat(Figures.duration(250)).isEqualTo("4 min");
    assertThat(Figures.duration(3595)).isEqualTo("60 min");
    assertThat(Figures.duration(7800)).isEqualTo("2 h 10 min");
    assertThat(Figures.duration(273_600)).isEqualTo("3 d 4 h");
    assertThat(Figures.ago(0, Instant.ofEpochSecond(300))).isEqualTo("5 min ago");
  }

  @Test
  void whatIsNotKnownIsADash() {
    assertThat(Figures.decimal(Double.NaN, 2)).isEqualTo("–");
    assertThat(Figures.duration(Double.NaN)).isEqualTo("–");
    assertThat(Figures.percent(Double.NaN)).isEqualTo("–");
  }

  @Test
  void layersAreNamedShort() {
    assertThat(Figures.layer("encoder.block.1")).isEqualTo("enc 1");
    assertThat(Figures.layerInWords("decoder.block.3")).isEqualTo("decoder 3");
    assertThat(Figures.layer("other")).isEqualTo("other");
  }
}
