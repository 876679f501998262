package dev.freshet.contract.log;

import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventTypes;
import java.nio.charset.StandardCharsets;

/// Names of a stream entry's fields, and how an event is written into them.
public final class EntryFields {

    public static final String CHANNEL = "channel";
    public static final String TYPE = "type";
    public static final String PAYLOAD = "payload";
    public static final String ACTOR = "actor";
    public static final String EPHEMERAL = "ephemeral";
    public static final String EXCLUDE = "exclude";
    public static final String TRACEPARENT = "traceparent";

    /// On entries of reserved types: that Freshet appended them.
    public static final String PROOF = "proof";

    private EntryFields() {}

    /// Takes names and values in turn, as `XADD` wants them.
    @FunctionalInterface
    public interface Sink {
        void argument(byte[] utf8);
    }

    /// Arguments that [#write] will give: two per field.
    public static int arguments(Event event) {
        int optional = (event.actor() != null ? 1 : 0)
                + (event.ephemeral() ? 1 : 0)
                + (event.exclude() != null ? 1 : 0)
                + (event.traceparent() != null ? 1 : 0)
                + (EventTypes.isReserved(event.type()) ? 1 : 0);
        return 2 * (3 + optional);
    }

    /// An event of a reserved type ends with an empty proof, which the script that appends it fills in.
    public static void write(Event event, Sink sink) {
        write(event, "", sink);
    }

    /// The same with a proof that is known.
    public static void write(Event event, String proof, Sink sink) {
        field(sink, CHANNEL, event.channel().toString());
        field(sink, TYPE, event.type());
        sink.argument(ascii(PAYLOAD));
        sink.argument(event.payload().utf8());
        if (event.actor() != null) {
            field(sink, ACTOR, event.actor());
        }
        if (event.ephemeral()) {
            field(sink, EPHEMERAL, "1");
        }
        if (event.exclude() != null) {
            field(sink, EXCLUDE, event.exclude());
        }
        if (event.traceparent() != null) {
            field(sink, TRACEPARENT, event.traceparent());
        }
        if (EventTypes.isReserved(event.type())) {
            field(sink, PROOF, proof);
        }
    }

    private static void field(Sink sink, String name, String value) {
        sink.argument(ascii(name));
        sink.argument(ascii(value));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
