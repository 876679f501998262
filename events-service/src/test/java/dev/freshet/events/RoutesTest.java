package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.freshet.service.trace.Routes;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What spans call the paths of commands.
class RoutesTest {

    @Test
    void everyResourcesPathIsKnownWithoutTheNamesInIt() {
        List<String> paths = new ArrayList<>();
        for (JavaClass resource : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.freshet.events")) {
            if (resource.isAnnotatedWith(Path.class)) {
                String begin = resource.getAnnotationOfType(Path.class).value();
                for (JavaMethod method : resource.getMethods()) {
                    if (method.isAnnotatedWith("jakarta.ws.rs.POST") || method.isAnnotatedWith("jakarta.ws.rs.PATCH")) {
                        paths.add(
                                method.isAnnotatedWith(Path.class)
                                        ? begin
                                                + method.getAnnotationOfType(Path.class)
                                                        .value()
                                        : begin);
                    }
                }
            }
        }

        assertThat(paths).hasSizeGreaterThan(6);
        assertThat(paths)
                .allSatisfy(path -> assertThat(Routes.of(path.replaceAll("\\{\\w+}", "somebody")))
                        .isEqualTo(path));
    }

    @Test
    void otherPathsHaveNone() {
        for (String path : List.of("", "/", "/api/users/42", "/api/users/42/events/", "/api/anything/42/events")) {
            assertThat(Routes.of(path)).as(path).isNull();
        }
        assertThat(Routes.of(null)).isNull();
    }
}
