/** Joins the rooms: what the YAML routes cannot say by themselves because it depends on the configuration. */
package dev.caravan.routes;
