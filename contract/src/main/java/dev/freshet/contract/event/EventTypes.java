package dev.freshet.contract.event;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import java.util.Set;

/// The grammar of event types, and the words that only Freshet itself may say.
public final class EventTypes {

    private static final String RULE = "must be 1 to 64 of A-Za-z0-9_.-";

    /// Names of frames and control messages, so that an event can never be taken for one, and every event has a name
    /// of its own (a native EventSource calls `onmessage` for `message` only).
    public static final Set<String> RESERVED = Set.of(
            "init",
            "gap",
            "heartbeat",
            "error",
            "open",
            "message",
            "unavailable",
            "connected",
            "joined-room",
            "left-room",
            "message-history",
            "ack",
            "subscribed",
            "unsubscribed",
            "presence",
            "presence-changed",
            "refreshed",
            "user-joined",
            "user-left",
            "content-update",
            "cursor-move");

    private EventTypes() {}

    /// Whether `text` is 1 to 64 of `A-Za-z0-9_.-`. Keeps CR, LF and NUL out of frames.
    public static boolean isType(String text) {
        if (text.isEmpty() || text.length() > Limits.MAX_TYPE_LENGTH) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean good = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '_'
                    || c == '.'
                    || c == '-';
            if (!good) {
                return false;
            }
        }
        return true;
    }

    public static boolean isReserved(String type) {
        return RESERVED.contains(type);
    }

    /// @throws ContractViolation (field `type`) if a producer may not use `type`
    public static String requirePublishable(String type) {
        if (!isType(type)) {
            throw new ContractViolation("type", RULE);
        }
        if (isReserved(type)) {
            throw new ContractViolation("type", "is reserved for Freshet's own messages");
        }
        return type;
    }
}
