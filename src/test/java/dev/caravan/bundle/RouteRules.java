package dev.caravan.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** What the house style asks of routes beyond what a schema can say. */
final class RouteRules {
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+-]*");
    private static final String KAMELET = "kamelet:";
    /** What stands below these is no part of a route. */
    private static final Set<String> DATA = Set.of("beans", "parameters", "properties", "constructors");

    private RouteRules() {}

    /**
     * Addresses that are not a scheme with parameters. A kamelet's name is part of the address, since that is what editors know
     * it by; a template's address may begin with what it is given.
     */
    static List<String> addresses(BundleFile file, Set<String> kamelets) {
        List<String> offences = new ArrayList<>();
        walk("$", file.definitions(), (path, node) -> {
            String uri = node.path("uri").asText(null);
            if (uri != null && !canonical(file, uri, kamelets)) {
                offences.add(file.path() + ": " + path + ".uri: expected a scheme with its options in parameters, or "
                        + "kamelet: and the name of a kamelet, found " + uri);
            }
        });
        return offences;
    }

    private static boolean canonical(BundleFile file, String uri, Set<String> kamelets) {
        if (file.isKamelet() && (uri.equals("kamelet:source") || uri.equals("kamelet:sink") || uri.startsWith("{{"))) {
            return true;
        }
        return uri.startsWith(KAMELET)
                ? kamelets.contains(uri.substring(KAMELET.length()))
                : SCHEME.matcher(uri).matches();
    }

    /** Calls of kamelets that keep their failures to themselves: the routes' own error handling would never see them. */
    static List<String> keptFailures(BundleFile file) {
        List<String> offences = new ArrayList<>();
        walk("$", file.definitions(), (path, node) -> {
            String uri = node.path("uri").asText("");
            boolean call = uri.startsWith(KAMELET) && !uri.equals("kamelet:source") && !uri.equals("kamelet:sink");
            if (call && !node.at("/parameters/noErrorHandler").asBoolean()) {
                offences.add(file.path() + ": " + path + ".parameters: expected noErrorHandler: true");
            }
        });
        return offences;
    }

    /** Ids that stand in more than one place. */
    static List<String> repeatedIds(List<BundleFile> files) {
        List<String> offences = new ArrayList<>();
        Map<String, String> places = new LinkedHashMap<>();
        for (BundleFile file : files) {
            walk("$", file.definitions(), (path, node) -> {
                // A kamelet's route is named after its template.
                if (node.path("id").isTextual() && !(file.isKamelet() && path.endsWith("routeTemplate.route"))) {
                    String place = file.path() + ": " + path + ".id";
                    String other = places.putIfAbsent(node.get("id").asText(), place);
                    if (other != null) {
                        offences.add(place + ": " + node.get("id").asText() + " is also " + other);
                    }
                }
            });
        }
        return offences;
    }

    private static void walk(String path, JsonNode node, BiConsumer<String, JsonNode> visitor) {
        if (node.isObject()) {
            visitor.accept(path, node);
            node.properties().forEach(field -> {
                if (!DATA.contains(field.getKey())) {
                    walk(path + "." + field.getKey(), field.getValue(), visitor);
                }
            });
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            walk(path + "[" + i + "]", node.get(i), visitor);
        }
    }
}
