/** The form of a new run: it checks itself and says what the run will cost. */
package dev.switchyard.views.train.form;
