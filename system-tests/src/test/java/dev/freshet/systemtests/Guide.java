package dev.freshet.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What a reader of a page does, step by step, as its fenced blocks say by their language and the words behind it:
///
/// | fence | a reader |
/// |---|---|
/// | `sh` | pastes it into the terminal, and waits for its end |
/// | `sh terminal-2` | pastes it into another terminal, in which it goes on running |
/// | `json type terminal-2` | types these lines there |
/// | `text`, `text terminal-2` | sees this in the terminal, or in that one |
/// | `js name.mjs`, `java Name.java` | saves it as this file |
/// | `sh node`, `text node terminal-2` | does so if there is Node |
/// | `sh no-run` | only reads it |
///
/// Other languages are only read, as is a `text` without further words that is not behind a `sh`.
record Guide(Path page, List<Step> steps, List<String> notRun) {

    sealed interface Step {
        /// Where it stands, for failures.
        int line();

        boolean needsNode();
    }

    /// Pasted into a terminal.
    record Paste(int line, boolean needsNode, String terminal, String script) implements Step {}

    record Type(int line, boolean needsNode, String terminal, String lines) implements Step {}

    record See(int line, boolean needsNode, String terminal, String expected) implements Step {}

    record Save(int line, boolean needsNode, String file, String content) implements Step {}

    /// The terminal of blocks that name none, in which every command ends by itself.
    static final String FIRST = "terminal-1";

    private static final String FENCE = "```";
    private static final Set<String> RUNNABLE = Set.of("sh", "js", "java");
    private static final Pattern TERMINAL = Pattern.compile("terminal-[2-9]");
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_-]+\\.(mjs|java)");

    static Guide read(Path page) {
        try {
            return new Reading(page).read(Files.readAllLines(page));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return page.getFileName().toString();
    }

    private static final class Reading {

        private final Path page;
        private final List<Step> steps = new ArrayList<>();
        private final List<String> notRun = new ArrayList<>();

        /// Whether the block before ran in the first terminal, so that a `text` behind it is what it printed.
        private boolean ran;

        private Reading(Path page) {
            this.page = page;
        }

        Guide read(List<String> lines) {
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).startsWith(FENCE)) {
                    int first = i + 1;
                    int end = first + lines.subList(first, lines.size()).indexOf(FENCE);
                    if (end < first) {
                        throw new AssertionError(page.getFileName() + ":" + i + ": the fence is not closed");
                    }
                    String info = lines.get(i).substring(FENCE.length());
                    add(first, List.of(info.split(" ")), String.join("\n", lines.subList(first, end)));
                    i = end;
                }
            }
            return new Guide(page, List.copyOf(steps), List.copyOf(notRun));
        }

        private void add(int line, List<String> info, String content) {
            String language = info.getFirst();
            Set<String> words = new LinkedHashSet<>(info.subList(1, info.size()));
            boolean node = words.remove("node");
            boolean type = words.remove("type");
            boolean behindRun = ran;
            ran = false;
            if (RUNNABLE.contains(language) && words.remove("no-run")) {
                notRun.add(page.getFileName() + ":" + line);
            } else if (language.equals("js") || language.equals("java")) {
                steps.add(new Save(line, language.equals("js"), take(words, FILE, ""), content));
            } else if (type) {
                steps.add(new Type(line, node, take(words, TERMINAL, ""), content));
            } else if (language.equals("sh")) {
                String terminal = take(words, TERMINAL, FIRST);
                steps.add(new Paste(line, node, terminal, content));
                ran = terminal.equals(FIRST);
            } else if (language.equals("text") && (behindRun || !words.isEmpty())) {
                steps.add(new See(line, node, take(words, TERMINAL, FIRST), content));
            }
            if (!words.isEmpty()) {
                throw new AssertionError(
                        "%s:%d: behind %s is not understood: %s".formatted(page.getFileName(), line, language, words));
            }
        }

        private static String take(Set<String> words, Pattern pattern, String none) {
            String found = words.stream()
                    .filter(pattern.asMatchPredicate())
                    .findFirst()
                    .orElse(none);
            words.remove(found);
            if (found.isEmpty()) {
                throw new AssertionError("a block names nothing like " + pattern);
            }
            return found;
        }
    }
}
