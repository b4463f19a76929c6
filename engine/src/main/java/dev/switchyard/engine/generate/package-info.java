/** A trained model writes: greedy, at random or by beam search, and fills blanks. */
package dev.switchyard.engine.generate;
