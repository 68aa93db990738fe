/** The command line: serve, chat, batch, doctor, bench. */
package dev.caravan.cli;
