/** Runs beside one another: their curves, what differs in their settings, who is sooner. */
package dev.switchyard.engine.compare;
