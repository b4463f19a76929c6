/** A model that people look at: where its tokens go, and what it writes. */
package dev.switchyard.engine.microscope;
