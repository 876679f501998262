package dev.freshet.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A wall clock that a process takes for its host's, and that this test turns. Needs libfaketime.
///
/// @see <a href="https://github.com/wolfcw/libfaketime">libfaketime</a>
final class FakeClock {

    private static final Path LIBRARIES = Path.of("/usr/lib");
    private static final String LIBRARY = "libfaketime.so.1";

    private final Path library;
    private final Path setting;

    private FakeClock(Path library, Path setting) {
        this.library = library;
        this.setting = setting;
    }

    /// Whether this machine has what it needs.
    static boolean isInstalled() {
        return library().isPresent();
    }

    /// One that goes right so far.
    static FakeClock right() {
        try {
            Path setting = Files.createTempFile("freshet-clock", ".txt");
            setting.toFile().deleteOnExit();
            FakeClock clock = new FakeClock(library().orElseThrow(), setting);
            clock.set(Duration.ZERO);
            return clock;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// With which a process must be started.
    Map<String, String> environment() {
        return Map.of(
                // The C library's own malloc: jemalloc asks for the time before libfaketime can give it.
                "LD_PRELOAD",
                library + ":libc.so.6",
                "FAKETIME_TIMESTAMP_FILE",
                setting.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
    }

    /// Turns it; the process notices within about a second.
    ///
    /// @param offset from the right time
    void set(Duration offset) {
        try {
            Path next = Files.writeString(
                    setting.resolveSibling(setting.getFileName() + ".next"),
                    "%+d".formatted(offset.toSeconds()) + "\n");
            Files.move(next, setting, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> library() {
        try (Stream<Path> found =
                Files.find(LIBRARIES, 3, (path, type) -> path.endsWith(Path.of("faketime", LIBRARY)))) {
            return found.findFirst();
        } catch (IOException | UncheckedIOException unreadable) {
            return Optional.empty();
        }
    }
}
