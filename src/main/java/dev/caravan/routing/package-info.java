/** From a requested model's name to the provider and model that answer, by the rules of the configuration. */
package dev.caravan.routing;
