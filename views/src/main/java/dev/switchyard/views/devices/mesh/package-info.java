/** The mesh of a run: its devices, what they exchange, and how evenly they share the work. */
package dev.switchyard.views.devices.mesh;
