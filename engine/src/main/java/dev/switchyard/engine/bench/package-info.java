/**
 * How fast whole training steps are on this machine: measured, and set against what its matrix
 * products reach.
 */
package dev.switchyard.engine.bench;
