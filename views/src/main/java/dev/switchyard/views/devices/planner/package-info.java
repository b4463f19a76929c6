/** The planner: what training a model on a cluster would take. */
package dev.switchyard.views.devices.planner;
