package dev.caravan;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;

/**
 * Packages are rooms, and the arrows between them point one way. The vocabulary ({@code message}, {@code sse}, {@code config})
 * knows nobody; a room knows the vocabulary and not its neighbours; only the joiners ({@code cli}, {@code routes}) know how rooms
 * are put together, and nobody knows them. A package that is not named here is a room like any other.
 */
@AnalyzeClasses(packages = "dev.caravan", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "dev.caravan.";
    private static final Set<String> VOCABULARY = Set.of("message", "sse", "config");
    private static final Set<String> JOINERS = Set.of("cli", "routes");
    /** What is stricter than the rule for rooms: the packages that these may know besides themselves. */
    private static final Map<String, Set<String>> STRICTER = Map.of("message", Set.of(), "sse", Set.of(), "config",
            Set.of(), "demo", Set.of(), "tokens", Set.of("message"), "chatcompletions", Set.of("message", "sse"));

    @ArchTest
    static final ArchRule ROOMS_KNOW_THE_VOCABULARY_AND_NOT_THEIR_NEIGHBOURS = classes().that()
            .resideInAPackage("dev.caravan..").should(knowOnlyWhatTheyMay()).allowEmptyShould(true);

    /** A dialect knows what the dialects share, not the other dialects; what they share knows no dialect. */
    @ArchTest
    static final ArchRule DIALECTS_DO_NOT_KNOW_EACH_OTHER = slices().matching("dev.caravan.provider.(*)..")
            .should().notDependOnEachOther().allowEmptyShould(true);

    @ArchTest
    static final ArchRule WHAT_DIALECTS_SHARE_KNOWS_NO_DIALECT = noClasses().that()
            .resideInAPackage("dev.caravan.provider").should().dependOnClassesThat()
            .resideInAPackage("dev.caravan.provider.*..").allowEmptyShould(true);

    @ArchTest
    static final ArchRule NO_PACKAGES_IN_A_CIRCLE = slices().matching("dev.caravan.(**)").should().beFreeOfCycles()
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule THE_VOCABULARY_KNOWS_NOTHING_OF_CAMEL = noClasses().that()
            .resideInAnyPackage("dev.caravan.message..", "dev.caravan.sse..", "dev.caravan.config..",
                    "dev.caravan.demo..")
            .should().dependOnClassesThat().resideInAPackage("org.apache.camel..").allowEmptyShould(true);

    /** The demo engine is a child process that is started with nothing but the JDK on its class path. */
    @ArchTest
    static final ArchRule THE_DEMO_ENGINE_NEEDS_NOTHING_BUT_THE_JDK = classes().that()
            .resideInAPackage("dev.caravan.demo..").should().onlyDependOnClassesThat()
            .resideInAnyPackage("dev.caravan.demo..", "java..").allowEmptyShould(true);

    /** Counting tokens can be used, and tested, without a Camel context. */
    @ArchTest
    static final ArchRule COUNTING_KNOWS_NOTHING_OF_CAMEL = noClasses().that()
            .haveFullyQualifiedName("dev.caravan.tokens.TokenCounter").or()
            .haveFullyQualifiedName("dev.caravan.tokens.TextTally").or()
            .haveFullyQualifiedName("dev.caravan.tokens.ImageSize").should().dependOnClassesThat()
            .resideInAPackage("org.apache.camel..").allowEmptyShould(true);

    /** Standard output belongs to commands and to the demo engine's protocol; everything else logs. */
    @ArchTest
    static final ArchRule ONLY_COMMANDS_PRINT = noClasses().that(
            resideInAPackage("dev.caravan..").and(resideOutsideOfPackages("dev.caravan.cli..", "dev.caravan.demo..")))
            .should(ACCESS_STANDARD_STREAMS).allowEmptyShould(true);

    @ArchTest
    static final ArchRule LOGGING_GOES_THROUGH_SLF4J = noClasses().that().resideInAPackage("dev.caravan..").should()
            .dependOnClassesThat().resideInAPackage("java.util.logging..").allowEmptyShould(true);

    private static ArchCondition<JavaClass> knowOnlyWhatTheyMay() {
        return new ArchCondition<>("know no package of Caravan but those that its room may know") {
            @Override
            public void check(JavaClass origin, ConditionEvents events) {
                String room = room(origin);
                for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass();
                    if (IN_CARAVAN.test(target) && !mayKnow(room, room(target))) {
                        events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static final DescribedPredicate<JavaClass> IN_CARAVAN = resideInAPackage("dev.caravan..");

    private static boolean mayKnow(String room, String target) {
        if (room.equals(target)) {
            return true;
        }
        if (JOINERS.contains(room)) {
            return !target.equals("cli");
        }
        return STRICTER.getOrDefault(room, VOCABULARY).contains(target);
    }

    /** The first part of a package's name behind {@code dev.caravan}: {@code provider} of {@code dev.caravan.provider.openai}. */
    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(ROOT) ? name.substring(ROOT.length()).split("\\.")[0] : "";
    }
}
