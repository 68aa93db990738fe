/**
 * Providers: one package a dialect, each an encoder (request to provider's bytes) and a decoder (provider's bytes to events), and
 * here what the dialects share: calling over HTTP, reading a live reply, telling failures.
 */
package dev.caravan.provider;
