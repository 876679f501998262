package dev.freshet.push.delivery;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.log.Forks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How far one event loop has come in one partition. Confined to that event loop.
final class Head {

    private @Nullable EventId position;
    private @Nullable Window window;
    private long number;
    private Forks forks = Forks.NONE;

    boolean isKnown() {
        return position != null;
    }

    void set(Window to, EventId place, long itsNumber, Forks ofLog) {
        window = to;
        forks = ofLog;
        advance(place, itsNumber);
    }

    void advance(EventId place, long itsNumber) {
        position = place;
        number = itsNumber;
    }

    EventId position() {
        return Objects.requireNonNull(position, "the tail has not begun");
    }

    Window window() {
        return Objects.requireNonNull(window, "the tail has not begun");
    }

    long number() {
        return number;
    }

    Forks forks() {
        return forks;
    }
}
