/**
 * The vocabulary inside Caravan: the Anthropic Messages API's own request, content blocks, stream events and errors. Every
 * provider is translated to and from these types and nothing else in Caravan knows a provider's dialect. The package knows no
 * other package of Caravan and nothing of Camel.
 */
package dev.caravan.message;
