package dev.switchyard.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Files that are there as a whole or not at all: written aside in the same folder, synced to the
 * disk, then renamed. A process killed at any moment leaves at most a file whose name starts with
 * {@link #ASIDE}.
 */
final class WholeFile {
  /** How names of unfinished files and folders start. */
  static final String ASIDE = ".unfinished-";

  /** Writes the contents into an open file. */
  interface Contents {
    void writeTo(FileChannel channel) throws IOException;
  }

  private WholeFile() {}

  static void write(Path file, byte[] bytes) throws IOException {
    write(
        file,
        channel -> {
          ByteBuffer buffer = ByteBuffer.wrap(bytes);
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
        });
  }

  static void write(Path file, Contents contents) throws IOException {
    Path aside = aside(file);
    try {
      try (FileChannel channel =
          FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        contents.writeTo(channel);
        channel.force(true);
      }
      rename(aside, file);
    } catch (IOException | RuntimeException e) {
      deleteAfter(aside, e);
      throw e;
    }
  }

  /** A name beside the file that nobody uses. */
  static Path aside(Path file) {
    String unique = UUID.randomUUID().toString().substring(0, 8);
    return file.resolveSibling(ASIDE + file.getFileName() + "-" + unique);
  }

  /** Renames a file or folder within its folder and makes the new name last. */
  static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder(to.toAbsolutePath().getParent());
  }

  /** Makes the names in a folder last through a power failure, where the system offers that. */
  static void syncFolder(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Deletes a file, or a folder with all that it holds; links are deleted, not followed. */
  static void deleteAll(Path path) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> walk = Files.walk(path)) {
      deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path each : deepestFirst) {
      Files.deleteIfExists(each);
    }
  }

  /** Deletes what a failed write left; a problem with that is attached to the failure itself. */
  static void deleteAfter(Path path, Exception failure) {
    try {
      deleteAll(path);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Whether a name is that of a file that was still being written. */
  static boolean isUnfinished(Path file) {
    return file.getFileName().toString().startsWith(ASIDE);
  }

  /** Deletes what killed processes left unfinished in a folder. */
  static void deleteUnfinished(Path folder) throws IOException {
    for (Path each : list(folder)) {
      if (isUnfinished(each)) {
        deleteAll(each);
      }
    }
  }

  /** What a folder holds, by name; empty where there is no folder. */
  static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> held = Files.list(folder)) {
      return held.sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Deletes a folder if nothing is in it. */
  static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's files: the folder stays.
    }
  }
}
