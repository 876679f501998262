package dev.freshet.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where and with what it was measured.
public final class Machine {

    private Machine() {}

    /// A name for a file.
    public static String name() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "_");
        } catch (IOException e) {
            return "unknown";
        }
    }

    public static Map<String, String> describe(Path root) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", processor());
        facts.put("memory", first("/proc/meminfo", "MemTotal:"));
        facts.put("load before", read(Path.of("/proc/loadavg")).strip());
        facts.put("kernel", said(List.of("uname", "-srm")));
        facts.put("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put("Redis", said(List.of("redis-server", "--version")));
        facts.put(
                "commit",
                said(List.of("git", "-C", root.toString(), "rev-parse", "HEAD"))
                        + (said(List.of("git", "-C", root.toString(), "status", "--porcelain", "-uno"))
                                        .isBlank()
                                ? ""
                                : " with local changes"));
        return facts;
    }

    private static String processor() {
        return first("/proc/cpuinfo", "model name") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors";
    }

    private static String first(String file, String beginning) {
        return read(Path.of(file))
                .lines()
                .filter(line -> line.startsWith(beginning))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String said(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
