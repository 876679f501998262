package dev.freshet.testkit;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaParameter;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/// What only a native image would find out, at run time: nothing may be looked up by reflection that is not registered
/// for it, and nothing that belongs to a run may be made when the image is built.
///
/// JSON is read as trees and written as text, so no type of ours crosses a JSON boundary by reflection, and none has
/// to be registered. Who needs one registers it (`@RegisterForReflection`) and says so in the rule it breaks.
///
/// For a module's own architecture test: `ArchTests.in(NativeRules.class)`.
public final class NativeRules {

    /// Of Jackson and of Vert.x: all that take or give an object of any type.
    private static final Set<String> BINDING = Set.of(
            "readValue",
            "readValues",
            "readValueAs",
            "readValuesAs",
            "readerFor",
            "readerForArrayOf",
            "readerForListOf",
            "readerForMapOf",
            "readerForUpdating",
            "forType",
            "treeToValue",
            "valueToTree",
            "convertValue",
            "updateValue",
            "writeValue",
            "writeValueAsBytes",
            "writeValueAsString",
            "writerFor",
            "writePOJO",
            "writeObject",
            "putPOJO",
            "addPOJO",
            "pojoNode",
            "decodeValue",
            "mapFrom",
            "mapTo");

    /// What Quarkus hands to a WebSocket's callback without a codec.
    private static final Set<String> PLAIN_MESSAGES = Set.of("java.lang.String", "io.vertx.core.buffer.Buffer");

    private static final Set<String> CALLBACK_CONTEXT =
            Set.of("io.quarkus.websockets.next.WebSocketConnection", "io.quarkus.websockets.next.CloseReason");

    @ArchTest
    static final ArchRule noTypeIsBoundToJson = noClasses()
            .should()
            .callCodeUnitWhere(describe("binds a type to JSON", call -> binds(call)))
            .because("a native image knows the fields of registered types alone");

    @ArchTest
    static final ArchRule nobodyUsesTheTypedRedisClient = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.quarkus.redis.datasource..")
            .because("its codecs bind types to JSON");

    @ArchTest
    static final ArchRule messagesOfWebSocketsArePlain = methods()
            .that(are(describe(
                    "callbacks of a WebSocket",
                    (JavaMethod method) -> method.getAnnotations().stream()
                            .anyMatch(annotation -> annotation
                                    .getRawType()
                                    .getName()
                                    .matches("io\\.quarkus\\.websockets\\.next\\.On(Text|Binary)Message")))))
            .should(new ArchCondition<>("take text or bytes") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    for (JavaParameter parameter : method.getParameters()) {
                        String type = parameter.getRawType().getName();
                        boolean plain = PLAIN_MESSAGES.contains(type) || CALLBACK_CONTEXT.contains(type);
                        events.add(new SimpleConditionEvent(method, plain, method.getFullName() + " takes " + type));
                    }
                }
            })
            .because("another type would be read from JSON by reflection")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nothingIsLookedUpByName = noClasses()
            .should()
            .callMethodWhere(describe("looks something up by its name", call -> looksUp(call)))
            .because("a native image has only what it was told of when it was built");

    @ArchTest
    static final ArchRule nothingOfARunIsMadeWhenTheImageIs = fields().that()
            .areStatic()
            .should(new ArchCondition<>("hold no random seed, thread, clock's time or connection") {
                @Override
                public void check(com.tngtech.archunit.core.domain.JavaField field, ConditionEvents events) {
                    JavaClass type = field.getRawType();
                    boolean ofARun = type.isAssignableTo(java.util.Random.class)
                            || type.isAssignableTo(Thread.class)
                            || type.isAssignableTo(java.util.concurrent.Executor.class)
                            || type.isAssignableTo(java.time.Instant.class)
                            || type.isAssignableTo("io.vertx.core.Vertx")
                            || type.isAssignableTo("java.net.http.HttpClient");
                    events.add(
                            new SimpleConditionEvent(field, !ofARun, field.getFullName() + " is a " + type.getName()));
                }
            })
            .because("static fields are set while the image is built, once for all who run it");

    private NativeRules() {}

    private static boolean binds(JavaAccess<? extends CodeUnitCallTarget> call) {
        String owner = call.getTargetOwner().getPackageName();
        return (owner.startsWith("com.fasterxml.jackson") || owner.startsWith("io.vertx.core.json"))
                && BINDING.contains(call.getTarget().getName());
    }

    private static boolean looksUp(JavaAccess<?> call) {
        String method = call.getName();
        return switch (call.getTargetOwner().getName()) {
            case "java.lang.Class" ->
                method.equals("forName")
                        || method.startsWith("getDeclared")
                        || method.matches("get(Method|Field|Constructor)s?|getResource(AsStream)?");
            case "java.lang.ClassLoader", "java.lang.Module" ->
                method.equals("loadClass") || method.startsWith("getResource");
            case "java.lang.invoke.MethodHandles$Lookup" -> method.startsWith("find") || method.startsWith("unreflect");
            case "java.lang.reflect.Proxy" -> method.equals("newProxyInstance");
            case "java.util.ServiceLoader" -> method.startsWith("load");
            default -> false;
        };
    }
}
