package dev.freshet.bench.server;

import dev.freshet.bench.load.Wire;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Other servers, where they are installed.
public final class Peers {

    /// Debian keeps nginx there, which is not on everybody's PATH.
    private static final String MORE_PLACES = ":/usr/local/sbin:/usr/sbin";

    private Peers() {}

    private interface Start {
        Contender now() throws IOException;
    }

    /// Starts those that are there and speak `wire`.
    ///
    /// @param missing told about each that is not there, or does not start
    public static List<Contender> start(Workplace place, Wire wire, Consumer<String> missing) {
        List<Contender> peers = new ArrayList<>();
        Optional<Path> nchan = Nchan.module();
        if (nchan.isPresent()) {
            add(peers, "Nchan", () -> Nchan.start(nchan.get(), place.folder()), missing);
        } else {
            missing.accept("without Nchan, which is not installed (on Debian: apt-get install libnginx-mod-nchan)");
        }
        if (Pushpin.isInstalled()) {
            add(peers, "Pushpin", () -> Pushpin.start(place.folder()), missing);
        } else {
            missing.accept("without Pushpin, which is not installed (on Debian: apt-get install pushpin)");
        }
        if (wire == Wire.WEBSOCKET) {
            Optional<Path> node = NodeWs.program(place.root());
            if (node.isPresent()) {
                add(peers, "Node", () -> NodeWs.start(node.get(), place.folder()), missing);
            } else {
                missing.accept("without Node, which needs `npm install` in bench/peers/node");
            }
        }
        return peers;
    }

    private static void add(List<Contender> peers, String name, Start start, Consumer<String> missing) {
        try {
            peers.add(start.now());
        } catch (RuntimeException | IOException e) {
            missing.accept("without " + name + ", which did not start: " + e.getMessage());
        }
    }

    static boolean isInstalled(String program) {
        @Nullable String path = System.getenv("PATH");
        for (String folder : ((path == null ? "" : path) + MORE_PLACES).split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
