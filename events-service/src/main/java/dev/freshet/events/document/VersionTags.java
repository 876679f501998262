package dev.freshet.events.document;

import dev.freshet.contract.ContractViolation;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The versions that a header `If-Match` or `If-None-Match` names, in the form that the script of edits takes.
///
/// A tag that no version has, `"abc"` or `"007"`, is well-formed and names nothing.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-13.1">RFC 9110, preconditions</a>
final class VersionTags {

    /// What is not sent, and so wishes nothing.
    static final String NONE = "";

    private static final String ANY = "*";

    /// One element of a list and the comma behind it (RFC 9110, sections 5.6.1 and 8.8.3). An element may be
    /// empty.
    private static final Pattern ELEMENT =
            Pattern.compile("[ \\t]*+(?:(W/)?\"([\\x21\\x23-\\x7e\\x80-\\x{10ffff}]*+)\"[ \\t]*+)?(,|\\z)");

    /// As versions are written; up to 2^53.
    private static final Pattern VERSION = Pattern.compile("0|[1-9][0-9]{0,15}");

    private VersionTags() {}

    /// By strong comparison: a weak tag names nothing.
    ///
    /// @param headers as sent; one that stands twice is one list
    /// @throws ContractViolation naming the header
    static String ifMatch(List<String> headers) {
        return read("If-Match", headers, false);
    }

    /// By weak comparison.
    ///
    /// @param headers as sent; one that stands twice is one list
    /// @throws ContractViolation naming the header
    static String ifNoneMatch(List<String> headers) {
        return read("If-None-Match", headers, true);
    }

    private static String read(String header, List<String> headers, boolean weakToo) {
        if (headers.isEmpty()) {
            return NONE;
        }
        String text = String.join(",", headers);
        if (text.strip().equals(ANY)) {
            return ANY;
        }
        StringBuilder versions = new StringBuilder(",");
        Matcher element = ELEMENT.matcher(text);
        int at = 0;
        boolean more = true;
        while (more) {
            if (!element.region(at, text.length()).lookingAt()) {
                throw new ContractViolation(header, "must be * or a list of entity tags, such as \"3\"");
            }
            String tag = element.group(2);
            if (tag != null && VERSION.matcher(tag).matches() && (weakToo || element.group(1) == null)) {
                versions.append(tag).append(',');
            }
            more = element.group(3).equals(",");
            at = element.end();
        }
        return versions.toString();
    }
}
