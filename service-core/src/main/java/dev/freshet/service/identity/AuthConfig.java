package dev.freshet.service.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
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

    /// The longest life of tokens. So long a disconnect is remembered: a token that lives longer is believed
    /// again after it.
    @WithDefault("24H")
    Duration maxTokenLife();

    /// By how much the issuer's clock may be ahead of that of Redis. A disconnect refuses tokens that are issued
    /// up to so long after it, too, for they may be older than they say.
    @WithDefault("0S")
    Duration clockSkew();

    /// Origins of pages that may call with cookies, open WebSockets and read answers: each exactly as a browser
    /// sends it (`https://app.example.com`), or with any port (`http://localhost:*`). The service's own origin
    /// always may.
    Optional<List<String>> origins();

    /// Keys behind a JWKS URL.
    Keys keys();

    interface Keys {

        /// How old a set of keys may be, at least 1 s: so long a key that the identity provider took away is
        /// still believed. While the provider does not answer, the keys that are known go on.
        @WithDefault("5M")
        Duration refreshInterval();

        /// What passes at least between two requests for the set, at least 100 ms: so long a token with a new key
        /// may be refused if somebody invented key ids just before.
        @WithDefault("10S")
        Duration retryInterval();
    }
}
