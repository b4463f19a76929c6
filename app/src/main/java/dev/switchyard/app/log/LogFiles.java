package dev.switchyard.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Sets up logging, in code: reading the same from XML took longer than all else that a command does
 * before its work. A file that names another configuration, as Logback knows it, goes before.
 */
public final class LogFiles extends ContextAwareBase implements Configurator {
  private static final String OTHER = "logback.configurationFile";
  private static final String OF_TESTS = "/logback-test.xml";
  private static final String HOME = "SWITCHYARD_HOME";
  private static final int DAYS = 14;

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(OTHER) != null || LogFiles.class.getResource(OF_TESTS) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    // Logback would report its own problems, such as a full disk, on standard output.
    context.getStatusManager().add(new NopStatusListener());
    RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
    file.setContext(context);
    file.setName("FILE");
    file.setRollingPolicy(policy(context, file));
    file.setEncoder(encoder(context));
    file.start();
    ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(file);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Each day's file has its final name from the start: several programs may write to it, and none
   * renames it.
   */
  private static SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy(
      LoggerContext context, RollingFileAppender<ILoggingEvent> file) {
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
    policy.setContext(context);
    policy.setParent(file);
    policy.setFileNamePattern(folder() + "/switchyard-%d.%i.log");
    policy.setMaxFileSize(FileSize.valueOf("10MB"));
    policy.setMaxHistory(DAYS);
    policy.setTotalSizeCap(FileSize.valueOf("100MB"));
    policy.start();
    return policy;
  }

  /** A percent sign in a folder's name is no sign for a date. */
  private static String folder() {
    String named = System.getenv(HOME);
    Path home =
        named == null || named.isBlank()
            ? Path.of(System.getProperty("user.home"), "Switchyard")
            : Path.of(named);
    return home.resolve("logs").toString().replace("\\", "/").replace("%", "\\%");
  }

  private static LayoutWrappingEncoder<ILoggingEvent> encoder(LoggerContext context) {
    LogLine line = new LogLine();
    line.setContext(context);
    line.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(line);
    encoder.start();
    return encoder;
  }
}
