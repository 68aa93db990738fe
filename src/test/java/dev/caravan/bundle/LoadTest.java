package dev.caravan.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.caravan.config.CaravanConfig;
import dev.caravan.config.ConfigLoader;
import dev.caravan.config.Environment;
import dev.caravan.routes.Gateway;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.Route;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Camel can load every file by itself")
class LoadTest {
    private static final Path GATEWAY = Path.of("routes", "gateway.camel.yaml");

    static List<BundleFile> routes() {
        return BundleFile.routes();
    }

    static List<BundleFile> kamelets() {
        return BundleFile.kamelets();
    }

    /**
     * All that a file names must be there: its beans, components and kamelets. Only the beans of the gateway are lent to it. Some
     * routes are there with a queue only, and some only without.
     */
    @ParameterizedTest
    @MethodSource("routes")
    void routes(BundleFile file, @TempDir Path directory) throws Exception {
        Set<String> missing = new TreeSet<>(
                file.yaml().findValues("route").stream().map(route -> route.path("id").asText()).toList());
        missing.removeAll(loaded(file, ""));
        missing.removeAll(loaded(file, "queue: { directory: \"" + directory + "\" }\n"));
        assertEquals(Set.of(), missing);
    }

    private static Set<String> loaded(BundleFile file, String queue) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getComponent("kamelet", KameletComponent.class).setLocation("file:kamelets");
            context.setAutoStartup(false);
            context.setStartupSummaryLevel(StartupSummaryLevel.Off);
            context.getRegistry().bind(Gateway.CONFIG, config(queue));
            load(context, GATEWAY);
            if (!file.path().equals(GATEWAY)) {
                load(context, file.path());
            }
            context.start();
            return context.getRoutes().stream().map(Route::getRouteId).collect(Collectors.toSet());
        }
    }

    @ParameterizedTest
    @MethodSource("kamelets")
    void kamelets(BundleFile file) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            load(context, file.path());
            assertNotNull(context.getRouteTemplateDefinition(file.name().replace(".kamelet.yaml", "")));
        }
    }

    private static void load(DefaultCamelContext context, Path file) throws Exception {
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "file:" + file));
    }

    private static CaravanConfig config(String queue) {
        return new ConfigLoader(Environment.of(Map.of("CARAVAN_PORT", "0")), Path.of("")).parse(Path.of("caravan.yaml"),
                queue + """
                    providers:
                      claude: { dialect: anthropic, base-url: "http://127.0.0.1:9" }
                    """);
    }
}
