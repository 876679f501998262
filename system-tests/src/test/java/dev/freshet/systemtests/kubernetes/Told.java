package dev.freshet.systemtests.kubernetes;

import java.util.List;
import java.util.Map;

/// What a process was told when it was started, as the kernel remembers it.
public record Told(List<String> commandLine, Map<String, String> environment) {}
