package dev.freshet.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/// A shell into which a reader pastes commands, and what they print. It ends with [#close], with all that it
/// started.
final class Terminal implements AutoCloseable {

    /// Heartbeats come when they come, and no page shows one.
    private static final Pattern HEARTBEAT = Pattern.compile("id: .*\nevent: heartbeat\ndata: .*\n\n");

    private static final String END = "--- the block has ended with ";

    private final Path folder;
    private final Path output;
    private final Path errors;
    private final Process shell;
    private int shown;
    private int blocks;

    private Terminal(Path folder, Path output, Path errors, Process shell) {
        this.folder = folder;
        this.output = output;
        this.errors = errors;
        this.shell = shell;
    }

    /// @param name of the files in which its output is kept
    static Terminal open(String name, Path folder, Map<String, String> environment) {
        try {
            Path output = folder.resolve(name + ".out");
            Path errors = folder.resolve(name + ".err");
            ProcessBuilder builder = new ProcessBuilder("bash", "--noprofile", "--norc")
                    .directory(folder.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            builder.environment().putAll(environment);
            return new Terminal(folder, output, errors, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a block and waits until it has ended; it gets no input, as nobody is there to type.
    ///
    /// @return its exit status
    int run(String script) {
        try {
            Path file = folder.resolve(output.getFileName() + "." + ++blocks + ".sh");
            Files.writeString(file, script + "\n");
            type(". '%s' </dev/null; printf '\\n%s%%d\\n' $?".formatted(file, END));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Patience.await("the end of\n" + script)
                .until(() -> !shell.isAlive()
                        || Pattern.compile(END + "[0-9]+\n").matcher(rest()).find());
        String text = rest();
        int end = text.indexOf(END);
        if (end < 0) {
            throw new AssertionError("the shell has ended; " + errors());
        }
        return Integer.parseInt(text.substring(end + END.length()).strip());
    }

    /// Writes lines to whatever runs there: the shell, or what was started in it and goes on.
    void type(String lines) {
        try {
            shell.getOutputStream().write((lines + "\n").getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the terminal is closed; " + errors(), e);
        }
    }

    /// What was printed since it was last [seen][#see], without heartbeats and empty lines around it.
    String unseen() {
        return essence(rest());
    }

    /// Whether that is what it is to be; then it is not looked at again.
    boolean see(Pattern expected) {
        String text = rest();
        boolean matches = expected.matcher(essence(text)).matches();
        if (matches) {
            shown += text.length();
        }
        return matches;
    }

    /// What was printed beside the output.
    String errors() {
        return "beside the output was printed:\n" + read(errors);
    }

    @Override
    public void close() {
        shell.descendants().forEach(ProcessHandle::destroy);
        shell.destroy();
        shell.onExit().join();
    }

    private static String essence(String text) {
        int end = text.indexOf(END);
        String printed = end < 0 ? text : text.substring(0, end);
        return HEARTBEAT.matcher(printed).replaceAll("").replaceAll("\\A\n+|\n+\\z", "");
    }

    private String rest() {
        return read(output).substring(shown);
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
