import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Cuts a file into parts that {@code cat} joins again, for ways that carry only so much at once,
 * and writes the whole file's SHA-256 beside them, as {@code sha256sum -c} reads it.
 */
final class Parts {
  private static final int COPIED_AT_ONCE = 1 << 20;

  private Parts() {}

  /**
   * Cuts.
   *
   * @param arguments the file, and the megabytes (of 1,048,576 bytes) that a part may have
   */
  public static void main(String[] arguments) throws IOException, NoSuchAlgorithmException {
    Path file = Path.of(arguments[0]);
    long most = Long.parseLong(arguments[1]) << 20;
    String name = file.getFileName().toString();
    removeOldParts(file, name);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream all = new DigestInputStream(Files.newInputStream(file), digest)) {
      long left = Files.size(file);
      for (int number = 1; left > 0; number++) {
        long bytes = Math.min(most, left);
        writePart(all, file.resolveSibling("%s.part-%02d".formatted(name, number)), bytes);
        left -= bytes;
      }
    }
    Files.writeString(
        file.resolveSibling(name + ".sha256"),
        HexFormat.of().formatHex(digest.digest()) + "  " + name + "\n");
  }

  private static void removeOldParts(Path file, String name) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, name + ".part-*")) {
      for (Path part : old) {
        Files.delete(part);
      }
    }
  }

  private static void writePart(InputStream all, Path part, long bytes) throws IOException {
    try (var out = Files.newOutputStream(part)) {
      for (long left = bytes; left > 0; ) {
        byte[] some = all.readNBytes((int) Math.min(COPIED_AT_ONCE, left));
        if (some.length == 0) {
          throw new IOException("The archive became shorter while it was cut.");
        }
        out.write(some);
        left -= some.length;
      }
    }
  }
}
