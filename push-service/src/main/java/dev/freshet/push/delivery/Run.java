package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.push.wire.Shared;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Events of one channel that follow each other in the log with nothing of another between them: a connection
/// that wants and takes them all gets them in one write. Confined to its event loop.
final class Run {

    /// Of payloads. Longer ones are cut, for a connection may have a whole run in memory when its socket suddenly
    /// takes nothing.
    private static final int MAX_BYTES = 32 * 1024;

    private final ByteBufAllocator allocator;
    private final @Nullable Shared[] forms = new @Nullable Shared[Form.values().length];
    private final List<LiveEvent> events = new ArrayList<>();
    private boolean forAll;

    Run(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /// Takes events from a place on, as many as belong together.
    ///
    /// @return the place behind them
    int begin(List<LiveEvent> from, int start) {
        Channel channel = from.get(start).channel();
        forAll = true;
        int bytes = 0;
        int at = start;
        do {
            LiveEvent event = from.get(at++);
            events.add(event);
            forAll &= event.logged().event().exclude() == null;
            bytes += event.logged().event().payload().utf8().length;
        } while (at < from.size() && bytes < MAX_BYTES && from.get(at).channel().equals(channel));
        return at;
    }

    void end() {
        for (int i = 0; i < forms.length; i++) {
            Shared form = forms[i];
            if (form != null) {
                forms[i] = null;
                form.release();
            }
        }
        events.clear();
    }

    List<LiveEvent> events() {
        return events;
    }

    /// Whether no event leaves out a user.
    boolean isForAll() {
        return forAll;
    }

    /// All of them, for connections of one form.
    Shared in(Form form) {
        Shared known = forms[form.ordinal()];
        if (known == null) {
            List<byte[]> messages = new ArrayList<>(events.size());
            for (LiveEvent event : events) {
                messages.add(form.of(event));
            }
            known = new Shared(allocator, messages);
            forms[form.ordinal()] = known;
        }
        return known;
    }
}
