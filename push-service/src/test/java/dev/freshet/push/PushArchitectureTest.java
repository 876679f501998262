package dev.freshet.push;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.freshet.testkit.NativeRules;

/// The shape that `architecture.md` and `style.md` promise.
@AnalyzeClasses(packages = "dev.freshet.push", importOptions = ImportOption.DoNotIncludeTests.class)
class PushArchitectureTest {

    @ArchTest
    static final ArchTests forNativeImages = ArchTests.in(NativeRules.class);

    @ArchTest
    static final ArchRule dependenciesComeThroughConstructors = noFields()
            .should()
            .beAnnotatedWith(jakarta.inject.Inject.class)
            .orShould()
            .beAnnotatedWith(org.eclipse.microprofile.config.inject.ConfigProperty.class);

    @ArchTest
    static final ArchRule onlyTheWebSocketFeatureKnowsTheWebSocketLibrary = noClasses()
            .that()
            .resideOutsideOfPackage("dev.freshet.push.websocket..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.quarkus.websockets..");

    @ArchTest
    static final ArchRule sseIsUsedByNobody = noClasses()
            .that()
            .resideOutsideOfPackage("dev.freshet.push.sse..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.freshet.push.sse..");

    @ArchTest
    static final ArchRule webSocketIsUsedByNobody = noClasses()
            .that()
            .resideOutsideOfPackage("dev.freshet.push.websocket..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.freshet.push.websocket..");

    @ArchTest
    static final ArchRule theTailIsUsedByReadinessAlone = noClasses()
            .that()
            .resideOutsideOfPackages("dev.freshet.push.log..", "dev.freshet.push.lifecycle..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.freshet.push.log..");

    @ArchTest
    static final ArchRule lifecycleIsUsedByNobody = noClasses()
            .that()
            .resideOutsideOfPackage("dev.freshet.push.lifecycle..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.freshet.push.lifecycle..");

    @ArchTest
    static final ArchRule featuresDoNotDependOnEachOtherInCircles =
            slices().matching("dev.freshet.push.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule whatIsSharedKnowsNoTransport = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.freshet.push.config..",
                    "dev.freshet.push.metrics..",
                    "dev.freshet.push.delivery..",
                    "dev.freshet.push.replay..",
                    "dev.freshet.push.admission..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.freshet.push.sse..", "dev.freshet.push.websocket..", "dev.freshet.push.log..");

    @ArchTest
    static final ArchRule nobodyWaits = noClasses()
            .should()
            .callMethod(io.smallrye.mutiny.Uni.class, "await")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);
}
