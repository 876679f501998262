package dev.freshet.bench.scenario;

import dev.freshet.bench.Options;
import dev.freshet.bench.load.Audience;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.server.Contender;
import dev.freshet.bench.server.Freshet;
import dev.freshet.bench.server.Limit;
import dev.freshet.bench.server.Peers;
import dev.freshet.bench.server.Workplace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What scenarios measure with.
public record Bench(Options options, Workplace place) {

    /// Measures one server, once.
    public interface Measurement {
        /// @param round from 0; -1 is for warming up
        void of(Contender contender, int round) throws IOException;
    }

    /// Tells whoever watches what goes on.
    public void say(String format, Object... values) {
        System.err.printf("  " + format + "%n", values);
    }

    /// Measures the limit program, Freshet and, where wanted, its peers, in turn, round after round: what the
    /// machine does to one, it does to all. The first round only warms up. A peer that fails is left out from then
    /// on, with a note.
    public void alternate(Samples samples, Audience audience, Freshet.Plan plan, Measurement measurement)
            throws IOException {
        List<Contender> ours = new ArrayList<>();
        List<Contender> peers = new ArrayList<>();
        try {
            ours.add(Limit.start(place.limit(), place.folder()));
            ours.add(Freshet.start(place, plan));
            if (options.peers()) {
                peers.addAll(Peers.start(place, audience.wire(), samples::note));
            }
            for (int round = -1; round < options.rounds(); round++) {
                for (Contender contender : ours) {
                    measurement.of(contender, round);
                }
                for (Contender peer : List.copyOf(peers)) {
                    try {
                        measurement.of(peer, round);
                    } catch (RuntimeException | IOException e) {
                        samples.note("without " + peer.name() + ", which failed: " + e.getMessage());
                        peers.remove(peer);
                        peer.close();
                    }
                }
            }
        } finally {
            ours.forEach(Contender::close);
            peers.forEach(Contender::close);
        }
    }
}
