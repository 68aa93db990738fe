/**
 * Child processes behind Camel Exec: a binding that reads no headers and an executor that hands on the live stdout of a process
 * instead of gathering it. What the process is asked and what its output means is not known here.
 */
package dev.caravan.exec;
