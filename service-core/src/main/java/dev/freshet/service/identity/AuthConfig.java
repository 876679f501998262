package dev.freshet.service.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/// Who is believed. Key, issuer and audience of tokens are MicroProfile JWT's own settings:
/// `mp.jwt.verify.publickey.location` (a file or a JWKS URL), `mp.jwt.verify.issuer`, `mp.jwt.verify.audiences`;
/// all three are needed, and a service without one does not start.
@ConfigMapping(prefix = "freshet.auth")
public interface AuthConfig {

    /// The cookie that may carry the token.
    @WithDefault("access_token")
    String cookie();

    /// The claim that is the user id.
    @WithDefault("sub")
    String userClaim();

    /// Whether `?token=` takes a JWT where a stream is opened. Off, for URLs end up in logs.
    @WithDefault("false")
    boolean tokenInQuery();

    /// Whether every signed-in user may follow every `broadcast:` channel.
    @WithDefault("true")
    boolean broadcastsReadable();

    /// Origins of pages that may call with cookies, open WebSockets and read answers: each exactly as a browser sends
    /// it
    /// (`https://app.example.com`), or with any port (`http://localhost:*`). The service's own origin always may.
    Optional<List<String>> origins();
}
