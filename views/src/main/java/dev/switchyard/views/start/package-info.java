/** The start page: samples, runs, and a person's own text or model. */
package dev.switchyard.views.start;
