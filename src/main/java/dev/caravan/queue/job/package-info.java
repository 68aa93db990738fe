/**
 * Single jobs: requests of the Messages API that are answered when there is time for it, whose events are kept as they come, and
 * that their clients come back for.
 */
package dev.caravan.queue.job;
