package dev.freshet.contract.event;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How far a client has come: one position in each partition that it follows, joined by `_` in the partitions' order.
///
/// Every event's id is a valid cursor for its channel. Opaque to clients and bounded to
/// [Limits#MAX_CURSOR_LENGTH] characters of `A-Za-z0-9._~-`.
///
/// @param positions at least one, by partition, ascending, each partition once
public record Cursor(List<EventId> positions) {

    private static final String RULE = "must be a cursor that Freshet handed out";

    public Cursor {
        positions = List.copyOf(positions);
        if (positions.isEmpty()) {
            throw new IllegalArgumentException("a cursor has a position");
        }
        for (int i = 1; i < positions.size(); i++) {
            if (positions.get(i - 1).partition() >= positions.get(i).partition()) {
                throw new IllegalArgumentException("positions must ascend by partition");
            }
        }
    }

    public static Cursor of(EventId position) {
        return new Cursor(List.of(position));
    }

    /// Positions in any order, each partition once.
    public static Cursor join(List<EventId> positions) {
        return new Cursor(positions.stream()
                .sorted(Comparator.comparingInt(EventId::partition))
                .toList());
    }

    /// Reads strictly what [#toString()] writes: one cursor, one spelling.
    ///
    /// @throws ContractViolation (field `cursor`) if `text` is anything else
    public static Cursor parse(String text) {
        if (text.length() > Limits.MAX_CURSOR_LENGTH) {
            throw new ContractViolation("cursor", RULE);
        }
        List<EventId> positions = new ArrayList<>();
        int from = 0;
        while (true) {
            int underscore = text.indexOf('_', from);
            int to = underscore < 0 ? text.length() : underscore;
            EventId position = EventId.parse(text, from, to);
            boolean ascends = positions.isEmpty()
                    || position != null && positions.getLast().partition() < position.partition();
            if (position == null || !ascends) {
                throw new ContractViolation("cursor", RULE);
            }
            positions.add(position);
            if (underscore < 0) {
                return new Cursor(positions);
            }
            from = underscore + 1;
        }
    }

    /// The position in a partition; `null` where the cursor has none.
    public @Nullable EventId in(int partition) {
        for (EventId position : positions) {
            if (position.partition() == partition) {
                return position;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return positions.size() == 1
                ? positions.getFirst().toString()
                : positions.stream().map(EventId::toString).collect(Collectors.joining("_"));
    }
}
