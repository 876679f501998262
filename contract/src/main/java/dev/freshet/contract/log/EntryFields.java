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

    private static final byte[] CHANNEL_NAME = ascii(CHANNEL);
    private static final byte[] TYPE_NAME = ascii(TYPE);
    private static final byte[] PAYLOAD_NAME = ascii(PAYLOAD);
    private static final byte[] ACTOR_NAME = ascii(ACTOR);
    private static final byte[] EPHEMERAL_NAME = ascii(EPHEMERAL);
    private static final byte[] EXCLUDE_NAME = ascii(EXCLUDE);
    private static final byte[] TRACEPARENT_NAME = ascii(TRACEPARENT);
    private static final byte[] PROOF_NAME = ascii(PROOF);

    private EntryFields() {}

    /// Takes names and values in turn, as `XADD` wants them. It must not write to them.
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
        field(sink, CHANNEL_NAME, event.channel().toString());
        field(sink, TYPE_NAME, event.type());
        sink.argument(PAYLOAD_NAME);
        sink.argument(event.payload().utf8());
        if (event.actor() != null) {
            field(sink, ACTOR_NAME, event.actor());
        }
        if (event.ephemeral()) {
            field(sink, EPHEMERAL_NAME, "1");
        }
        if (event.exclude() != null) {
            field(sink, EXCLUDE_NAME, event.exclude());
        }
        if (event.traceparent() != null) {
            field(sink, TRACEPARENT_NAME, event.traceparent());
        }
        if (EventTypes.isReserved(event.type())) {
            field(sink, PROOF_NAME, proof);
        }
    }

    private static void field(Sink sink, byte[] name, String value) {
        sink.argument(name);
        sink.argument(ascii(value));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
