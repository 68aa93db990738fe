/**
 * Counting a request's tokens without asking a model. What is counted and how near that comes to a provider's own count is told in
 * docs/token-counting.md. Knows only {@code message}.
 */
package dev.caravan.tokens;
