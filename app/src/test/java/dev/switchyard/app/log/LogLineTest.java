package dev.switchyard.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class LogLineTest {
  private final Logger logger = new LoggerContext().getLogger("dev.switchyard.Somebody");

  private String line(Level level, Throwable problem) {
    LoggingEvent event =
        new LoggingEvent("", logger, level, "{} of {}", problem, new Object[] {3, 4});
    Instant time =
        LocalDateTime.of(2026, 1, 2, 3, 4, 5, 67_000_000)
            .atZone(ZoneId.systemDefault())
            .toInstant();
    event.setInstant(time);
    event.setThreadName("a-thread");
    return new LogLine().doLayout(event);
  }

  @Test
  void saysWhenHowGraveWhoAndWhat() {
    assertThat(line(Level.INFO, null))
        .isEqualTo(
            "2026-01-02 03:04:05,067 INFO  [a-thread] dev.switchyard.Somebody - 3 of 4"
                + System.lineSeparator());
  }

  @Test
  void aProblemComesWithItsStack() {
    assertThat(line(Level.ERROR, new IllegalStateException("why")).lines())
        .contains("java.lang.IllegalStateException: why")
        .anyMatch(line -> line.contains("at dev.switchyard.app.log.LogLineTest"));
  }
}
