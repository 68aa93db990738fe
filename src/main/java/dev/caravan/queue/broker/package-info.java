/** The broker of queued work: one inside Caravan or one outside, connections to it, and what can be asked of it. */
package dev.caravan.queue.broker;
