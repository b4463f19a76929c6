package dev.switchyard.engine.data;

/**
 * One text of a {@link Corpus}: a line of JSON lines, a block of paragraphs, or a pair.
 *
 * @param number of the block or line in its file, from 0
 * @param offset of its first byte in the file
 * @param nextOffset of the first byte after it
 * @param text never blank; of a pair, its input
 * @param target of a pair, else null
 */
public record Document(long number, long offset, long nextOffset, String text, String target) {}
