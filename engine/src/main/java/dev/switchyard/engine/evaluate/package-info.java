/**
 * Measures models on text that they are not trained on: how well they predict it, language by
 * language, and how well they answer.
 */
package dev.switchyard.engine.evaluate;
