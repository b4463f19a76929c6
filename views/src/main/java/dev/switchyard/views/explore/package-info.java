/** The explorer: a model under the routing microscope, a text, and every token's way. */
package dev.switchyard.views.explore;
