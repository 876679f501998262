package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.freshet.testkit.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Services whose keys are an identity provider's, behind a URL of `https:` with a certificate for `localhost` of
/// an authority that no JVM knows.
@Tag("calm")
final class JwksIT {

    @TempDir
    private Path folder;

    @Test
    void tokensOfTheProvidersKeysAreGoodInEveryServiceAndNewKeysAtOnce() throws Exception {
        Tokens first = Tokens.create();
        Tokens second = Tokens.create();
        try (Provider provider = new Provider(folder);
                Deployment deployment = Deployment.withoutServices("jwks", 1)) {
            provider.publish(Map.of("a", first));
            for (Service service : Service.values()) {
                deployment.launch(service, 1, settings(provider, "localhost"));
            }
            for (Service service : Service.values()) {
                deployment.all(service).getFirst().awaitReady();
            }

            work(deployment, first.user("ada").keyId("a"));
            assertThat(status(deployment, second.user("ada").keyId("b"))).isEqualTo(401);

            provider.publish(Map.of("b", second));
            Patience.await("the new key")
                    .until(() -> status(deployment, second.user("ada").keyId("b")) == 200);
            work(deployment, second.user("ada").keyId("b"));
            Patience.await("the end of the old key")
                    .until(() -> status(deployment, first.user("ada").keyId("a")) == 401);
        }
    }

    @Test
    void aProviderThatIsNotWhoItShouldBeIsNotBelieved() throws Exception {
        Tokens tokens = Tokens.create();
        try (Provider provider = new Provider(folder);
                Deployment deployment = Deployment.withoutServices("jwks-untrusted", 1)) {
            provider.publish(Map.of("a", tokens));
            Map<String, String> untold = new HashMap<>(settings(provider, "localhost"));
            untold.remove("FRESHET_AUTH_KEYS_TLS_CONFIGURATION_NAME");
            Replica stranger = deployment.launch(Service.TICKET, 1, untold);
            Replica misled = deployment.launch(Service.TICKET, 1, settings(provider, "127.0.0.1"));
            for (Replica replica : List.of(stranger, misled)) {
                replica.awaitReady();
                Rest user = deployment.as(tokens.user("ada").keyId("a"));
                assertThat(user.post(replica.url("/api/ws/ticket"), "{}").status())
                        .isEqualTo(401);
                assertThat(replica.child().logLines()).anyMatch(line -> line.contains("cannot be read"));
            }
        }
    }

    private Map<String, String> settings(Provider provider, String host) {
        return Map.of(
                "MP_JWT_VERIFY_PUBLICKEY_LOCATION",
                "https://" + host + ":" + provider.port() + "/keys",
                "FRESHET_AUTH_KEYS_TLS_CONFIGURATION_NAME",
                "keys",
                "QUARKUS_TLS_KEYS_TRUST_STORE_PEM_CERTS",
                folder.resolve("authority.pem").toString(),
                "FRESHET_AUTH_KEYS_REFRESH_INTERVAL",
                "1S",
                "FRESHET_AUTH_KEYS_RETRY_INTERVAL",
                "100MS");
    }

    /// A ticket, an event, and that event read: each at the service itself.
    private static void work(Deployment deployment, Tokens.Builder claims) {
        Rest user = deployment.as(claims.channels("room:*").publish("room:*"));
        assertThat(deployment.ticket(user, deployment.ticket(0).url("/api/ws/ticket")))
                .isNotEmpty();
        Rest.Answer published = user.post(
                deployment.events(0).url("/api/events"), "{\"channel\":\"room:a\",\"type\":\"t\",\"payload\":1}");
        assertThat(published.status()).as(published::toString).isEqualTo(202);
        Rest.Answer read = user.get(deployment.push(0).url("/api/channels/room:a/events"));
        assertThat(read.status()).as(read::toString).isEqualTo(200);
        assertThat(read.body()).contains(published.json().path("id").asText());
    }

    private static int status(Deployment deployment, Tokens.Builder claims) {
        return deployment
                .as(claims.channels("room:*"))
                .get(deployment.push(0).url("/api/channels/room:a/events"))
                .status();
    }

    /// An identity provider's keys, by HTTPS.
    private static final class Provider implements AutoCloseable {

        private final HttpsServer server;
        private volatile byte[] keys = {};

        Provider(Path folder) throws Exception {
            makeCertificates(folder);
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context(folder.resolve("server.p12"))));
            server.createContext("/keys", exchange -> {
                exchange.sendResponseHeaders(200, keys.length);
                exchange.getResponseBody().write(keys);
                exchange.close();
            });
            server.start();
        }

        int port() {
            return server.getAddress().getPort();
        }

        /// @param all by id
        void publish(Map<String, Tokens> all) {
            List<String> each = new ArrayList<>();
            all.forEach((id, tokens) -> each.add(jwk(id, (RSAPublicKey) tokens.publicKey())));
            keys = ("{\"keys\":[" + String.join(",", each) + "]}").getBytes(StandardCharsets.UTF_8);
        }

        private static String jwk(String id, RSAPublicKey key) {
            return """
                    {"kty":"RSA","use":"sig","kid":"%s","n":"%s","e":"%s"}""".formatted(id, base64(key.getModulus()), base64(key.getPublicExponent()));
        }

        private static String base64(BigInteger number) {
            byte[] bytes = number.toByteArray();
            int sign = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(java.util.Arrays.copyOfRange(bytes, sign, bytes.length));
        }

        private static SSLContext context(Path store) throws GeneralSecurityException, IOException {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, "test".toCharArray());
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, "test".toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        }

        /// An authority, and a server's certificate that it signed.
        private static void makeCertificates(Path folder) throws Exception {
            openssl(
                    folder,
                    "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority"
                            + " -keyout authority.key -out authority.pem");
            openssl(folder, "req -newkey rsa:2048 -nodes -subj /CN=provider -keyout server.key -out server.csr");
            Files.writeString(folder.resolve("names"), "subjectAltName=DNS:localhost\n");
            openssl(
                    folder,
                    "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial"
                            + " -days 2 -extfile names -out server.pem");
            openssl(folder, "pkcs12 -export -in server.pem -inkey server.key -passout pass:test -out server.p12");
        }

        private static void openssl(Path folder, String arguments) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of("openssl"));
            command.addAll(List.of(arguments.split(" ")));
            Process openssl = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(openssl.waitFor()).as(said).isZero();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
