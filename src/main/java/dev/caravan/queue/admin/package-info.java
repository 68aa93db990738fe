/** What operators ask of queued work: what was given up, how full the queues are, and to hold them. */
package dev.caravan.queue.admin;
