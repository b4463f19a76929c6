/** What the program does and did in the background, and what it told a person. */
package dev.switchyard.views.activity;
