/**
 * Many devices: the mesh on which they stand, and the collectives by which they exchange what they
 * computed (Switch Transformers, section 5).
 */
package dev.switchyard.engine.parallel;
