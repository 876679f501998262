package dev.freshet.contract.log;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The one validator of stream entries: whoever reads the log reads it through this, so that all skip the same
/// ones.
///
/// Producers are not trusted: whoever may `XADD` may write any bytes. Give it an entry's fields, then ask what it
/// is. Not thread-safe; one instance serves one reader, entry after entry.
public final class EntryReader {

    private static final byte[] CHANNEL = ascii(EntryFields.CHANNEL);
    private static final byte[] TYPE = ascii(EntryFields.TYPE);
    private static final byte[] PAYLOAD = ascii(EntryFields.PAYLOAD);
    private static final byte[] ACTOR = ascii(EntryFields.ACTOR);
    private static final byte[] EPHEMERAL = ascii(EntryFields.EPHEMERAL);
    private static final byte[] EXCLUDE = ascii(EntryFields.EXCLUDE);
    private static final byte[] TRACEPARENT = ascii(EntryFields.TRACEPARENT);
    private static final byte[] PROOF = ascii(EntryFields.PROOF);

    /// A power of two.
    private static final int KNOWN_TYPES = 64;

    private record KnownType(byte[] name, String text) {}

    private final @Nullable KnownType[] knownTypes = new KnownType[KNOWN_TYPES];
    private final Partitions partitions;
    private final int partition;
    private final Supplier<String> secret;

    private byte @Nullable [] channel;
    private byte @Nullable [] type;
    private byte @Nullable [] payload;
    private byte @Nullable [] actor;
    private byte @Nullable [] ephemeral;
    private byte @Nullable [] exclude;
    private byte @Nullable [] traceparent;
    private byte @Nullable [] proof;
    private boolean repeated;

    /// @param partition whose stream is read
    /// @param secret the partition's, as it is now; empty while it is not known, and then nothing is taken for
    ///     Freshet's own
    public EntryReader(Partitions partitions, int partition, Supplier<String> secret) {
        this.partitions = partitions;
        this.partition = partition;
        this.secret = secret;
    }

    /// An entry begins: fields that were given without [#read] are forgotten.
    public void begin() {
        channel = type = payload = actor = ephemeral = exclude = traceparent = proof = null;
        repeated = false;
    }

    /// One field of the entry. Fields with other names are ignored.
    public void field(byte[] name, byte[] value) {
        switch (name.length) {
            case 4 -> {
                if (Arrays.equals(name, TYPE)) {
                    repeated |= type != null;
                    type = value;
                }
            }
            case 5 -> {
                if (Arrays.equals(name, ACTOR)) {
                    repeated |= actor != null;
                    actor = value;
                } else if (Arrays.equals(name, PROOF)) {
                    repeated |= proof != null;
                    proof = value;
                }
            }
            case 7 -> {
                if (Arrays.equals(name, CHANNEL)) {
                    repeated |= channel != null;
                    channel = value;
                } else if (Arrays.equals(name, PAYLOAD)) {
                    repeated |= payload != null;
                    payload = value;
                } else if (Arrays.equals(name, EXCLUDE)) {
                    repeated |= exclude != null;
                    exclude = value;
                }
            }
            case 9 -> {
                if (Arrays.equals(name, EPHEMERAL)) {
                    repeated |= ephemeral != null;
                    ephemeral = value;
                }
            }
            case 11 -> {
                if (Arrays.equals(name, TRACEPARENT)) {
                    traceparent = value;
                }
            }
            default -> {}
        }
    }

    /// What the fields given since the last call make. Never throws.
    public Entry read() {
        try {
            return check();
        } finally {
            begin();
        }
    }

    private Entry check() {
        if (repeated) {
            return new Entry.Malformed(Rejection.REPEATED_FIELD, "a field stands twice");
        }
        if (channel == null || type == null || payload == null) {
            return new Entry.Malformed(Rejection.MISSING_FIELD, "channel, type and payload are needed");
        }
        Rejection stage = Rejection.CHANNEL;
        try {
            Channel to = Channel.parse(text(channel));
            if (partitions.of(to) != partition) {
                return new Entry.Malformed(
                        Rejection.PARTITION, "the channel belongs to partition " + partitions.of(to));
            }
            stage = Rejection.TYPE;
            String own = isOwn(channel, type, payload) ? text(Objects.requireNonNull(proof)) : "";
            String typeName = own.isEmpty() ? publishable(type) : text(type);
            stage = Rejection.PAYLOAD;
            JsonText json = JsonText.payload(payload);
            stage = Rejection.FIELD;
            Event event = new Event(
                    to,
                    typeName,
                    json,
                    user("actor", actor),
                    flag(ephemeral),
                    user("exclude", exclude),
                    traceparent == null ? null : TraceParent.orNull(text(traceparent)));
            return new Entry.Valid(event, own);
        } catch (ContractViolation violation) {
            return new Entry.Malformed(stage, violation.getMessage());
        }
    }

    private boolean isOwn(byte[] channelName, byte[] typeName, byte[] json) {
        return proof != null
                && EventTypes.isReserved(text(typeName))
                && Proof.holds(proof, secret.get(), channelName, typeName, json);
    }

    /// A log's types are few, so most were judged before.
    private String publishable(byte[] name) {
        int place = Arrays.hashCode(name) & KNOWN_TYPES - 1;
        KnownType known = knownTypes[place];
        if (known != null && Arrays.equals(known.name, name)) {
            return known.text;
        }
        String text = EventTypes.requirePublishable(text(name));
        knownTypes[place] = new KnownType(name, text);
        return text;
    }

    private static @Nullable String user(String field, byte @Nullable [] value) {
        return value == null ? null : Names.requireUserId(field, text(value));
    }

    private static boolean flag(byte @Nullable [] value) {
        if (value == null || value.length == 1 && value[0] == '0') {
            return false;
        }
        if (value.length == 1 && value[0] == '1') {
            return true;
        }
        throw new ContractViolation("ephemeral", "must be 1 or 0");
    }

    /// Every byte a character, so that none above 127 passes a grammar of ASCII.
    private static String text(byte[] value) {
        return new String(value, StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
