package dev.freshet.contract.channel;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;

/// The grammar of names. ASCII only, so that a name is one thing in a URL, a Redis key, a header and a log line.
public final class Names {

    public static final String NAME_RULE = "must be 1 to 128 of A-Za-z0-9_.@-";

    private static final String USER_ID_RULE = NAME_RULE + " and neither me nor notifications";

    private Names() {}

    /// Whether `text` may name a channel: 1 to 128 of `A-Za-z0-9_.@-`.
    public static boolean isName(String text) {
        return text.length() <= Limits.MAX_NAME_LENGTH && !text.isEmpty() && isNamePart(text, 0);
    }

    /// Whether `text` may be a user id: a name, but none of the words that mean the caller.
    public static boolean isUserId(String text) {
        return isName(text) && !text.equals("me") && !text.equals("notifications");
    }

    /// @throws ContractViolation naming `field`
    public static String requireUserId(String field, String text) {
        if (!isUserId(text)) {
            throw new ContractViolation(field, USER_ID_RULE);
        }
        return text;
    }

    /// @throws ContractViolation naming `field`
    public static String requireName(String field, String text) {
        if (!isName(text)) {
            throw new ContractViolation(field, NAME_RULE);
        }
        return text;
    }

    static boolean isNamePart(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean good = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '_'
                    || c == '.'
                    || c == '@'
                    || c == '-';
            if (!good) {
                return false;
            }
        }
        return true;
    }
}
