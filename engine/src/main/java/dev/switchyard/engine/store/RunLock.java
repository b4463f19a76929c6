package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that one process at a time trains a run. The system gives the lock up when the process
 * ends, however it ends, so the file of a dead process is no obstacle.
 */
final class RunLock implements AutoCloseable {
  static final String FILE = "run.lock";

  /**
   * The runs that this process holds. It must not as much as open their lock files again: on POSIX
   * systems, closing any channel on a file gives up all locks that the process has on it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /** Another process that only looks at the lock has it for a moment: so we ask more than once. */
  private static final int ATTEMPTS = 5;

  private static final long PAUSE_NANOS = 20_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);

  private final Path key;
  private final Path file;
  private final FileChannel channel;
  private boolean closed;

  private RunLock(Path key, Path file, FileChannel channel) {
    this.key = key;
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock of a run folder.
   *
   * @throws InputException where another run has it
   */
  static synchronized RunLock take(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      Path key = folder.toRealPath();
      if (!HELD.add(key)) {
        throw new InputException(
            "%s is open in this program already: stop that run first.".formatted(folder));
      }
      FileChannel channel = null;
      try {
        channel =
            FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        for (int i = 1; lock == null && i < ATTEMPTS; i++) {
          LockSupport.parkNanos(PAUSE_NANOS);
          lock = channel.tryLock();
        }
        if (lock == null) {
          throw new InputException(
              "%s is being trained by another process%s: stop it first."
                  .formatted(folder, owner(file)));
        }
        if (!Files.exists(file)) {
          throw new InputException(
              "%s was just removed by the process that had it: try again.".formatted(folder));
        }
        writeOwner(channel);
        return new RunLock(key, file, channel);
      } catch (IOException | RuntimeException e) {
        HELD.remove(key);
        if (channel != null) {
          channel.close();
        }
        throw e;
      }
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }

  /** Whether some process holds the lock of a run folder. */
  static synchronized boolean isHeld(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      if (HELD.contains(folder.toRealPath())) {
        return true;
      }
      if (!Files.isRegularFile(file)) {
        return false;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        return lock == null;
      }
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (IOException e) {
      // What may not be written can't be trained by this user; nobody else is known to do it.
      return false;
    }
  }

  /** Whether another process than this holds the lock of a run folder. */
  static synchronized boolean isHeldElsewhere(Path folder) {
    try {
      return !HELD.contains(folder.toRealPath()) && isHeld(folder);
    } catch (IOException e) {
      return false;
    }
  }

  /** The process is named for messages only: where the disk is full the lock holds without it. */
  private static void writeOwner(FileChannel channel) {
    byte[] owner = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
    try {
      channel.truncate(0);
      ByteBuffer buffer = ByteBuffer.wrap(owner);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      LOG.debug("The lock's process can't be named", e);
    }
  }

  private static String owner(Path file) {
    try {
      String text = Files.readString(file).strip();
      return text.matches("[0-9]{1,10}") ? " (process %s)".formatted(text) : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** Gives the lock up for ever and removes its file, if possible while the lock is still held. */
  void delete() throws IOException {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("This system keeps the names of open files", e);
    }
    close();
    // Where the name went before the lock, this finds nothing, or what somebody else made since.
    if (Files.exists(file) && !isHeld(file.toAbsolutePath().getParent())) {
      Files.deleteIfExists(file);
    }
  }

  /** Gives the lock up. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      // The lock ends with the process at the latest.
    } finally {
      HELD.remove(key);
    }
  }
}
