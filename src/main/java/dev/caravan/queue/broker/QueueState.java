package dev.caravan.queue.broker;

import java.time.Duration;
import java.util.Optional;

/**
 * What a queue of the broker holds at a moment.
 *
 * @param messages     how many messages it holds, those included that are being delivered or wait for their time
 * @param delivering   how many of them consumers have and have not acknowledged
 * @param scheduled    how many of them wait for their time, most of them for their next attempt
 * @param oldest       how long ago the message was sent that is next; empty when none waits
 * @param consumers    how many consumers it has, of all who are connected to the broker
 * @param added        how many messages it has been given since the broker started
 * @param acknowledged how many of them were done since the broker started
 * @param paused       whether it hands out nothing
 */
public record QueueState(long messages, long delivering, long scheduled, Optional<Duration> oldest, int consumers,
        long added, long acknowledged, boolean paused) {}
