/** The command line: serve, chat, doctor, bench. */
package dev.caravan.cli;
