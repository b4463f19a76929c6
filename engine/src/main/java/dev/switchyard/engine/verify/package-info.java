/** The self-test: a backend against the cpu backend, operation by operation and in a whole step. */
package dev.switchyard.engine.verify;
