package dev.caravan.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** A choice of {@code caravan.yaml}. */
interface Named {
    /** Its name there. */
    String id();

    /** The choices by their names, in their order. */
    static <T extends Named> Map<String, T> byId(T[] choices) {
        Map<String, T> byId = new LinkedHashMap<>();
        for (T choice : choices) {
            byId.put(choice.id(), choice);
        }
        return byId;
    }
}
