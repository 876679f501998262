package dev.freshet.systemtests.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A folder and an address in place of a container's own. All that a process on one machine cannot have as the
/// manifest says is here, and nothing else is changed:
///
/// 1. Paths of mounts and of the image begin at the pod's folder, in commands, variables and mounted files. `/tmp`
///    is the machine's.
/// 2. A Service's name becomes its address, in variables, for there is no DNS.
/// 3. Processes listen on the pod's address only, by variables or arguments that its [Image] adds: the ports are
///    the manifest's, and another pod has them too.
/// 4. `PATH` begins with the pod's own folder of programs.
final class Sandbox {

    private static final String MACHINES_OWN = "/tmp";

    private final Path root;
    private final String address;
    private final Container container;
    private final Image image;
    private final Map<String, String> services;
    private final Pattern paths;

    /// @param services addresses by name
    Sandbox(Path root, String address, Container container, Image image, Map<String, String> services) {
        this.root = root;
        this.address = address;
        this.container = container;
        this.image = image;
        this.services = services;
        this.paths = Pattern.compile(
                Stream.concat(container.mounts().stream().map(Container.Mount::path), Stream.of(image.folder()))
                        .filter(path -> !path.equals(MACHINES_OWN))
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|", "(?<![\\w./])(?:", ")(?![\\w.-])")));
    }

    String address() {
        return address;
    }

    /// Writes down what is mounted, and links what the image has.
    void unpack() {
        try {
            for (Map.Entry<String, Path> link : image.links().entrySet()) {
                Path here = root.resolve(link.getKey().substring(1));
                Files.createDirectories(here.getParent());
                Files.createSymbolicLink(here, link.getValue());
            }
            Path programs = Files.createDirectories(programs());
            for (Map.Entry<String, String> program : image.programs().entrySet()) {
                Path file = Files.createFile(
                        programs.resolve(program.getKey()),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
                Files.writeString(file, "#!/bin/sh\n" + program.getValue().replace("$ADDRESS", address));
            }
            for (Container.Mount mount : container.mounts()) {
                if (!mount.path().equals(MACHINES_OWN)) {
                    mount(mount);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void mount(Container.Mount mount) throws IOException {
        Path here = root.resolve(mount.path().substring(1));
        Files.createDirectories(mount.isFile() ? here.getParent() : here);
        for (Map.Entry<String, String> file : mount.files().entrySet()) {
            Files.writeString(mount.isFile() ? here : here.resolve(file.getKey()), local(file.getValue()));
        }
    }

    /// Of the container's process.
    List<String> commandLine() {
        List<String> command =
                new ArrayList<>(container.command().isEmpty() ? image.entrypoint() : container.command());
        command.addAll(container.args());
        return commandLine(command);
    }

    /// By `env`, which looks for a program on the `PATH` that it is given; who starts it looks on their own.
    List<String> commandLine(List<String> command) {
        return Stream.concat(Stream.of("env"), command.stream().map(this::local))
                .toList();
    }

    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", programs() + ":" + System.getenv("PATH"));
        // As every container has them.
        environment.put("HOSTNAME", name());
        environment.put("KUBERNETES_SERVICE_HOST", "10.96.0.1");
        environment.put("KUBERNETES_SERVICE_PORT", "443");
        container.environment().forEach((name, value) -> environment.put(name, withAddresses(local(value))));
        image.listening().forEach(variable -> environment.put(variable, address));
        return environment;
    }

    private String withAddresses(String value) {
        String text = value;
        for (Map.Entry<String, String> service : services.entrySet()) {
            text = text.replace("//" + service.getKey() + ":", "//" + service.getValue() + ":");
        }
        return text;
    }

    private String local(String text) {
        return paths.matcher(text).replaceAll(path -> Matcher.quoteReplacement(root + path.group()));
    }

    private String name() {
        return root.getFileName().toString();
    }

    private Path programs() {
        return root.resolve("bin");
    }

    /// What the process of a pod says of itself, with this class's own changes taken back.
    Told told(long pid) {
        try {
            Map<String, String> variables = new LinkedHashMap<>();
            for (String variable :
                    Files.readString(Path.of("/proc/" + pid + "/environ")).split("\0")) {
                int end = variable.indexOf('=');
                variables.put(variable.substring(0, end), global(variable.substring(end + 1)));
            }
            List<String> command = Stream.of(Files.readString(Path.of("/proc/" + pid + "/cmdline"))
                            .split("\0"))
                    .map(this::global)
                    .toList();
            return new Told(command, variables);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String global(String text) {
        String global = text.replace(root.toString(), "");
        for (Map.Entry<String, String> service : services.entrySet()) {
            global = global.replace(service.getValue(), service.getKey());
        }
        return global;
    }
}
