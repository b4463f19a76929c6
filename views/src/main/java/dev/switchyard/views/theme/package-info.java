/** The looks of the program, its typefaces, icons and stylesheets. */
package dev.switchyard.views.theme;
