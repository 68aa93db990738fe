/**
 * The dialect of a model that is a child process: one request as a line of JSON on its stdin, the reply as lines of JSON on its
 * stdout, as {@code docs/exec-protocol.md} has it. How a process is run is not known here.
 */
package dev.caravan.provider.exec;
