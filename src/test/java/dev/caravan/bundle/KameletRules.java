package dev.caravan.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What makes a kamelet one that others can use: its name, its description, and properties that say what they are for. */
final class KameletRules {
    /** A placeholder, {@code ?} before the name when the property may be missing; no functions such as {@code env:}. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\??)([^:{}?]+)}}");
    private static final Set<String> TYPES = Set.of("action", "source", "sink");
    /** Comes with every Camel. */
    private static final Set<String> CORE = Set.of("kamelet");

    private final BundleFile file;
    private final JsonNode yaml;
    private final List<String> offences = new ArrayList<>();

    private KameletRules(BundleFile file) {
        this.file = file;
        this.yaml = file.yaml();
    }

    static List<String> offences(BundleFile file) {
        KameletRules rules = new KameletRules(file);
        rules.name();
        rules.definition();
        rules.placeholders();
        rules.ends();
        rules.dependencies();
        rules.classes();
        return rules.offences;
    }

    private void offence(String path, String problem) {
        offences.add(file.path() + ": " + path + ": " + problem);
    }

    private void expect(String path, String value) {
        String found = yaml.at("/" + path.replace('.', '/')).asText();
        if (!found.equals(value)) {
            offence(path, "expected " + value + ", found " + found);
        }
    }

    private void name() {
        expect("apiVersion", "camel.apache.org/v1");
        expect("kind", "Kamelet");
        expect("metadata.name", file.name().replace(".kamelet.yaml", ""));
        if (!file.name().startsWith("caravan-") || !file.name().endsWith(".kamelet.yaml")) {
            offence("file name", "expected caravan-….kamelet.yaml");
        }
        String type = type();
        if (!TYPES.contains(type) || !yaml.at("/metadata/name").asText().endsWith("-" + type)) {
            offence("metadata.labels", "the name should end like camel.apache.org/kamelet.type, which is " + type);
        }
    }

    private String type() {
        return yaml.at("/metadata/labels").path("camel.apache.org/kamelet.type").asText();
    }

    private void definition() {
        JsonNode definition = yaml.at("/spec/definition");
        described("spec.definition", definition);
        definition.path("properties").properties().forEach(property -> {
            String path = "spec.definition.properties." + property.getKey();
            described(path, property.getValue());
            boolean required = required().contains(property.getKey());
            if (required == property.getValue().has("default")) {
                offence(path, required
                        ? "a required property has no use for a default"
                        : "neither required nor with a default");
            }
        });
        for (String required : required()) {
            if (!definition.path("properties").has(required)) {
                offence("spec.definition.required", "there is no property " + required);
            }
        }
    }

    private Set<String> required() {
        Set<String> required = new LinkedHashSet<>();
        yaml.at("/spec/definition/required").forEach(name -> required.add(name.asText()));
        return required;
    }

    private void described(String path, JsonNode node) {
        for (String key : List.of("title", "description", "type")) {
            if (node.path(key).asText().isBlank()) {
                offence(path, "has no " + key);
            }
        }
    }

    /** Every placeholder is a property or a bean of the template, and there is one for each of both. */
    private void placeholders() {
        Set<String> known = new TreeSet<>();
        yaml.at("/spec/definition/properties").fieldNames().forEachRemaining(known::add);
        yaml.at("/spec/template/beans").forEach(bean -> known.add(bean.path("name").asText()));
        Set<String> used = new TreeSet<>();
        PLACEHOLDER.matcher(yaml.at("/spec/template").toString()).results().map(MatchResult::group)
                .map(placeholder -> PLACEHOLDER.matcher(placeholder).replaceAll("$2")).forEach(used::add);
        for (String name : used) {
            if (!known.contains(name)) {
                offence("spec.template", "{{" + name + "}} is neither a property nor a bean");
            }
        }
        for (String name : known) {
            if (!used.contains(name)) {
                offence("spec.template", "nothing uses {{" + name + "}}");
            }
        }
    }

    private JsonNode route() {
        JsonNode template = yaml.at("/spec/template");
        return template.has("route") ? template.get("route") : template;
    }

    private void ends() {
        if (!type().equals("source") && !route().at("/from/uri").asText().equals("kamelet:source")) {
            offence("spec.template", "an action or sink begins with kamelet:source");
        }
        JsonNode steps = route().at("/from/steps");
        if (type().equals("source") && !steps.path(steps.size() - 1).at("/to/uri").asText().equals("kamelet:sink")) {
            offence("spec.template", "a source ends with kamelet:sink");
        }
    }

    /** Who runs kamelets from a directory finds out by these what they need. */
    private void dependencies() {
        Set<String> dependencies = new TreeSet<>();
        yaml.at("/spec/dependencies").forEach(dependency -> dependencies.add(dependency.asText()));
        Set<String> needed = new TreeSet<>(Set.of("camel:kamelet"));
        yaml.at("/spec/template").findValuesAsText("uri").stream().map(uri -> uri.split(":", 2)[0])
                .filter(scheme -> !scheme.startsWith("{{") && !CORE.contains(scheme))
                .forEach(scheme -> needed.add("camel:" + scheme));
        needed.removeAll(dependencies);
        for (String missing : needed) {
            offence("spec.dependencies", missing + " is missing");
        }
    }

    private void classes() {
        for (JsonNode bean : yaml.at("/spec/template/beans")) {
            String type = bean.path("type").asText();
            try {
                Class.forName(type);
            } catch (ClassNotFoundException e) {
                offence("spec.template.beans." + bean.path("name").asText(), "there is no class " + type);
            }
        }
    }
}
