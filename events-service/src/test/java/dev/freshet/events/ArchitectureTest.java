package dev.freshet.events;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.freshet.testkit.NativeRules;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "dev.freshet.events", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchTests forNativeImages = ArchTests.in(NativeRules.class);

    private static final List<String> FEATURES = List.of("publish", "document", "order", "revoke", "index", "openapi");

    /// Beginnings of the keys that `Keys` builds.
    private static final Pattern KEY = Pattern.compile(
            "\"(events|state|history|channels|lease|idempotency|document|cursor|ticket|revoked|ratelimit):");

    @ArchTest
    static final ArchRule FIELDS_ARE_NOT_INJECTED =
            noFields().should().beAnnotatedWith(Inject.class).orShould().beAnnotatedWith(ConfigProperty.class);

    @ArchTest
    static final ArchRule NOBODY_WAITS = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethodWhere(DescribedPredicate.describe(
                    "a wait",
                    call -> List.of("await", "join", "toCompletableFuture", "awaitSuspending")
                                    .contains(call.getName())
                            && !call.getTargetOwner().getName().equals("io.vertx.core.Future")
                            && !call.getTargetOwner().getName().equals("java.lang.String")));

    @ArchTest
    static void featuresDoNotReachIntoEachOther(JavaClasses classes) {
        for (String feature : FEATURES) {
            String[] others = FEATURES.stream()
                    .filter(other -> !other.equals(feature))
                    .map(other -> "dev.freshet.events." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("dev.freshet.events." + feature + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule WHAT_FEATURES_SHARE_KNOWS_NO_FEATURE = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.freshet.events.http",
                    "dev.freshet.events.json",
                    "dev.freshet.events.append",
                    "dev.freshet.events.config")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    FEATURES.stream().map(f -> "dev.freshet.events." + f + "..").toArray(String[]::new));

    @Test
    void onlyTheContractBuildsKeys() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(path -> path.toString().endsWith(".java")).toList()) {
                assertThat(Files.readString(source)).as(source.toString()).doesNotContainPattern(KEY);
            }
        }
    }
}
