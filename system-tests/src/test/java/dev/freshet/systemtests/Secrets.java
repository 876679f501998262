package dev.freshet.systemtests;

import dev.freshet.testkit.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Every token and ticket that a test used, and the logs in which none of them may stand.
final class Secrets {

    private final Set<String> secrets = ConcurrentHashMap.newKeySet();
    private final Map<String, Supplier<List<String>>> logs = new LinkedHashMap<>();

    /// A token's parts are secrets of their own: claims name people, and a signature completes a token.
    String remember(String secret) {
        List<String> parts = List.of(secret.split("\\."));
        secrets.addAll(parts.size() == 3 ? parts.subList(1, 3) : parts);
        return secret;
    }

    /// A replica that is started again goes on in the same log.
    void watch(Child child) {
        logs.put(child.name(), child::logLines);
    }

    void watch(Proxy proxy) {
        watch(proxy.child());
        logs.put("nginx's access log", () -> {
            try {
                return Files.readAllLines(proxy.accessLog());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    int count() {
        return secrets.size();
    }

    /// Where one stands, one line for each place; without the secret itself.
    List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        logs.forEach((name, lines) -> {
            int number = 0;
            for (String line : lines.get()) {
                number++;
                for (String secret : secrets) {
                    if (line.contains(secret)) {
                        leaks.add(name + ", line " + number + ": " + line.replace(secret, "<secret>"));
                    }
                }
            }
        });
        return leaks;
    }
}
