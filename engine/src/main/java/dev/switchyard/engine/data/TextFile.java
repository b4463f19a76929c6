package dev.switchyard.engine.data;

import java.nio.file.Path;

/**
 * A file of a {@link Corpus}.
 *
 * @param path where it is
 * @param name its path inside the folder that was given, with "/", or its file name
 * @param jsonLines whether each line is a JSON object with a field text; else it is plain text
 * @param bytes its size
 * @param modified when it was last changed, milliseconds since 1970
 */
public record TextFile(Path path, String name, boolean jsonLines, long bytes, long modified) {}
