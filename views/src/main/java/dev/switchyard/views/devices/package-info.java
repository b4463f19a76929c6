/** The screen Devices: the mesh of a run, and the planner for what does not fit here. */
package dev.switchyard.views.devices;
