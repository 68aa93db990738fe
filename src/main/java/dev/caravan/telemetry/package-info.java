/** What is seen from outside: one access log line a call, metrics under OpenTelemetry's names. */
package dev.caravan.telemetry;
