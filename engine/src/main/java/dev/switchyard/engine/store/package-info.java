/**
 * What lies on disk: safetensors files, checkpoints that are whole or absent, model folders, and
 * run folders with their history.
 */
package dev.switchyard.engine.store;
