/**
 * The demo engine: a small real text generator that {@code caravan serve} runs when nothing else is configured, so that the
 * gateway can be tried with no key, no GPU and no network. It is an n-gram model trained at start on a few texts in the
 * public domain: a toy, which knows what word tends to follow what word and nothing else.
 *
 * <p>It is a program of its own, a child process of the gateway that speaks the exec protocol ({@code docs/exec-protocol.md})
 * and runs as {@code java -cp caravan.jar dev.caravan.demo.DemoEngine}. It needs nothing but the JDK, knows no other package
 * of Caravan, and starts in a tenth of a second or so. To keep that, the code on the way to the first token uses no lambdas,
 * streams, string concatenation with {@code +}, pattern switches, regular expressions or formatters: the first use of each
 * costs some ten milliseconds.
 */
package dev.caravan.demo;
