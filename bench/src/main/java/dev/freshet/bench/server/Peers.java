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

    /// Starts those that are there and speak `wire`.
    ///
    /// @param missing told about each that is not there
    public static List<Contender> start(Workplace place, Wire wire, Consumer<String> missing) throws IOException {
        List<Contender> peers = new ArrayList<>();
        Optional<Path> nchan = Nchan.module();
        if (nchan.isPresent()) {
            peers.add(Nchan.start(nchan.get(), place.folder()));
        } else {
            missing.accept("without Nchan, which is not installed (on Debian: apt-get install libnginx-mod-nchan)");
        }
        if (Pushpin.isInstalled()) {
            peers.add(Pushpin.start(place.folder()));
        } else {
            missing.accept("without Pushpin, which is not installed (on Debian: apt-get install pushpin)");
        }
        if (wire == Wire.WEBSOCKET) {
            Optional<Path> node = NodeWs.program(place.root());
            if (node.isPresent()) {
                peers.add(NodeWs.start(node.get(), place.folder()));
            } else {
                missing.accept("without Node, which needs `npm install` in bench/peers/node");
            }
        }
        return peers;
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
