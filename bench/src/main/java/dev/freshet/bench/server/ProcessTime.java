package dev.freshet.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/// What Linux knows about a process: `/proc/<pid>/stat` and `status` (proc_pid_stat(5)).
public final class ProcessTime {

    /// USER_HZ, which is 100 on every architecture that a JDK 25 runs on.
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER = 11;
    private static final int SYSTEM = 12;

    private ProcessTime() {}

    /// Processor time that the processes took since they began, user and system, of all their threads, in
    /// seconds.
    public static double seconds(Collection<Long> pids) {
        return pids.stream().mapToDouble(ProcessTime::seconds).sum();
    }

    public static double seconds(long pid) {
        String stat = read(pid, "stat");
        // The name before may hold anything, but it ends with the last parenthesis.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) / TICKS_PER_SECOND;
    }

    /// Memory that the processes hold, bytes.
    public static long residentBytes(Collection<Long> pids) {
        return pids.stream()
                .mapToLong(pid -> read(pid, "status")
                        .lines()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElseThrow())
                .sum();
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " is gone", e);
        }
    }
}
