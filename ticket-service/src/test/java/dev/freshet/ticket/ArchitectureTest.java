package dev.freshet.ticket;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.freshet.testkit.NativeRules;

@AnalyzeClasses(
        packages = {"dev.freshet.ticket", "dev.freshet.service"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchTests forNativeImages = ArchTests.in(NativeRules.class);

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = fields().should()
            .notBeAnnotatedWith("jakarta.inject.Inject")
            .andShould()
            .notBeAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty");

    @ArchTest
    static final ArchRule theStoreKnowsNothingOfRequests = noClasses()
            .that()
            .resideInAPackage("dev.freshet.ticket.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.freshet.ticket.issue..", "jakarta.ws.rs..");

    @ArchTest
    static final ArchRule theSettingsKnowNothingOfFeatures = noClasses()
            .that()
            .resideInAPackage("dev.freshet.ticket.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.freshet.ticket.issue..", "dev.freshet.ticket.store..");

    @ArchTest
    static final ArchRule classesAreFinal = classes()
            .that()
            .resideInAPackage("dev.freshet.ticket..")
            .and()
            .areNotInterfaces()
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);
}
