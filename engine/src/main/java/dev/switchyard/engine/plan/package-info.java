/**
 * What training a model on many devices will take: memory, communication and time of each way to
 * divide the work, before anything of it exists (Switch Transformers, section 5).
 */
package dev.switchyard.engine.plan;
