package dev.switchyard.app.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/**
 * A line of the log: when, how grave, which thread, who, what; and the stack of a problem. It is
 * put together by hand, since patterns load a class for each word that they know.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
  private static final int LONGEST_LEVEL = 5;
  private static final int NANOS_OF_MILLI = 1_000_000;

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    LocalDateTime time =
        LocalDateTime.ofInstant(Instant.ofEpochMilli(event.getTimeStamp()), ZoneId.systemDefault());
    line.append(time.toLocalDate()).append(' ');
    two(line, time.getHour()).append(':');
    two(line, time.getMinute()).append(':');
    two(line, time.getSecond()).append(',');
    int millis = time.getNano() / NANOS_OF_MILLI;
    line.append(millis / 100).append(millis / 10 % 10).append(millis % 10);
    String level = event.getLevel().toString();
    line.append(' ').append(level).append(" ".repeat(LONGEST_LEVEL - level.length()));
    line.append(" [").append(event.getThreadName()).append("] ").append(event.getLoggerName());
    line.append(" - ").append(event.getFormattedMessage()).append(System.lineSeparator());
    if (event.getThrowableProxy() != null) {
      line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString();
  }

  private static StringBuilder two(StringBuilder line, int number) {
    return line.append(number / 10).append(number % 10);
  }
}
