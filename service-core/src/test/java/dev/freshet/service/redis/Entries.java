package dev.freshet.service.redis;

import dev.freshet.contract.event.StreamId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Records the entries that it is given, as text in which every byte is a character.
final class Entries implements EntrySink {

    /// @param fields names and values in turn
    record Recorded(String id, List<String> fields) {}

    final List<Recorded> whole = new ArrayList<>();
    private StreamId id = StreamId.ZERO;
    private List<String> fields = new ArrayList<>();

    @Override
    public void begin(StreamId next) {
        id = next;
        fields = new ArrayList<>();
    }

    @Override
    public void field(byte[] name, byte[] value) {
        fields.add(new String(name, StandardCharsets.ISO_8859_1));
        fields.add(new String(value, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void end() {
        whole.add(new Recorded(id.toString(), fields));
    }
}
