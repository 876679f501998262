package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.testkit.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A real browser with one page, driven through the DevTools protocol. Needs `chromium` on the PATH.
///
/// @see <a href="https://chromedevtools.github.io/devtools-protocol/">Chrome DevTools Protocol</a>
final class Chromium implements AutoCloseable, WebSocket.Listener {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ANSWER_LIMIT_SECONDS = 30;

    private final Child child;
    private final Path folder;
    private final StringBuilder partial = new StringBuilder();
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private @Nullable WebSocket page;

    private Chromium(Child child, Path folder) {
        this.child = child;
        this.folder = folder;
    }

    /// Whether this machine has one.
    static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "chromium")));
    }

    /// Starts it with a fresh profile and an empty page. All that it writes goes when it is closed.
    static Chromium start(Path logs) {
        try {
            Path folder = Files.createTempDirectory("freshet-chromium");
            Path profile = Files.createDirectory(folder.resolve("profile"));
            Path temporary = Files.createDirectory(folder.resolve("tmp"));
            List<String> command = new ArrayList<>(List.of(
                    "chromium",
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--remote-debugging-port=0",
                    "--user-data-dir=" + profile,
                    "about:blank"));
            Chromium chromium = new Chromium(
                    Child.start("chromium", logs, command, Map.of("TMPDIR", temporary.toString())), folder);
            Path portFile = profile.resolve("DevToolsActivePort");
            chromium.child.awaitReady(() -> Files.isRegularFile(portFile) && chromium.attach(portFile));
            return chromium;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Opens an address and waits until it is loaded, whatever it is. Scripts may then do what they may on a page
    /// of one's own: Freshet's answers, opened as pages, forbid them everything (`Content-Security-Policy`).
    void open(String url) {
        call("Page.setBypassCSP", JSON.createObjectNode().put("enabled", true));
        call("Page.navigate", JSON.createObjectNode().put("url", url));
        Patience.await("the page")
                .until(() -> evaluate("document.readyState + ' ' + location.href")
                        .asText()
                        .equals("complete " + url));
    }

    /// Runs a script in the page.
    ///
    /// @return what it evaluates to
    JsonNode evaluate(String script) {
        JsonNode answer = call(
                "Runtime.evaluate",
                JSON.createObjectNode().put("expression", script).put("returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError("the page's script failed: " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    @Override
    public void close() {
        if (page != null) {
            page.abort();
        }
        child.close();
        // Helper processes outlive the browser for a moment, and write.
        Patience.await("the browser's files are gone").until(() -> {
            clear();
            return Files.notExists(folder);
        });
    }

    private void clear() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException stillWriting) {
            // Once more, then.
        }
    }

    private boolean attach(Path portFile) {
        try {
            String port = Files.readAllLines(portFile).getFirst();
            for (JsonNode target : Rest.get(URI.create("http://127.0.0.1:" + port + "/json/list"))
                    .json()) {
                if (target.path("type").asText().equals("page")) {
                    page = HttpClient.newHttpClient()
                            .newWebSocketBuilder()
                            .buildAsync(
                                    URI.create(
                                            target.path("webSocketDebuggerUrl").asText()),
                                    this)
                            .join();
                    return true;
                }
            }
            return false;
        } catch (IOException | java.util.NoSuchElementException | UncheckedIOException notYet) {
            return false;
        }
    }

    private JsonNode call(String method, ObjectNode parameters) {
        int number = calls.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(number, answer);
        ObjectNode message = JSON.createObjectNode().put("id", number).put("method", method);
        message.set("params", parameters);
        synchronized (answers) {
            // A message must be on its way before the next one may be sent.
            Objects.requireNonNull(page).sendText(message.toString(), true).join();
        }
        return answer.orTimeout(ANSWER_LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence text, boolean last) {
        partial.append(text);
        if (last) {
            JsonNode message = Rest.parse(partial.toString());
            partial.setLength(0);
            CompletableFuture<JsonNode> answer =
                    answers.remove(message.path("id").asInt());
            if (answer != null) {
                answer.complete(message.path("result"));
            }
        }
        webSocket.request(1);
        return null;
    }
}
