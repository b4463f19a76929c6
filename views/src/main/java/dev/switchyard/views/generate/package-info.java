/** What a model writes after a text, token by token. */
package dev.switchyard.views.generate;
