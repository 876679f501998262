package dev.freshet.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.freshet.testkit.NativeRules;

/// What all services share keeps the rules that each of them keeps.
@AnalyzeClasses(packages = "dev.freshet.service", importOptions = ImportOption.DoNotIncludeTests.class)
class ServiceCoreArchitectureTest {

    @ArchTest
    static final ArchTests forNativeImages = ArchTests.in(NativeRules.class);

    @ArchTest
    static final ArchRule featuresDoNotDependOnEachOtherInCircles =
            slices().matching("dev.freshet.service.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule nobodyWaits = noClasses()
            .should()
            .callMethod(io.smallrye.mutiny.Uni.class, "await")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);
}
