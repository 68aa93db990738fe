package dev.caravan.it;

import dev.caravan.http.OpenCall;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;

/** Doors that a test opens beside those of the gateway, with the same first steps. */
abstract class Door extends RouteBuilder {
    /** A door at a path for these methods, which each stand between commas. */
    RouteDefinition open(String path, String methods) {
        return open(path, methods, getContext().getRegistry().lookupByNameAndType("caravanOpenCall", OpenCall.class));
    }

    RouteDefinition open(String path, String methods, OpenCall first) {
        return from("platform-http:" + path + "?useBodyHandler=false&httpMethodRestrict=" + methods)
                .routeConfigurationId("errors").streamCache("false").process(first).process("caravanLogCall")
                .process("caravanMeasureCall");
    }
}
