package dev.freshet.events.publish;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.json.JsonText;
import dev.freshet.contract.log.TraceParent;
import dev.freshet.events.json.Draft;
import dev.freshet.events.json.JsonMember;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.rw.CloudEventRWException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A CloudEvent: `subject` is the channel, `type` the type, `data` the payload; the extensions `ephemeral`,
/// `exclude` and `traceparent` are honoured, all others ignored.
///
/// The SDK judges attributes. It does not read `data`, for it would write numbers anew.
///
/// @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents 1.0.2</a>
final class CloudEventDraft extends Draft<Publication> {

    private static final Pattern JSON =
            Pattern.compile("\\s*(application|text)/([a-z0-9.+-]+\\+)?json\\s*(;.*)?", Pattern.CASE_INSENSITIVE);

    private final io.cloudevents.core.v1.CloudEventBuilder attributes = CloudEventBuilder.v1();
    private @Nullable String traceparent;
    private @Nullable Channel channel;
    private @Nullable String type;
    private @Nullable JsonText payload;
    private boolean ephemeral;
    private @Nullable String exclude;

    /// @param traceparent of the request, where the event has none of its own
    CloudEventDraft(@Nullable String traceparent) {
        this.traceparent = traceparent;
    }

    @Override
    protected boolean knows(String name) {
        return switch (name) {
            case "specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype" -> true;
            case "data", "data_base64", "ephemeral", "exclude", "traceparent" -> true;
            default -> false;
        };
    }

    /// An attribute that is null is the same as none (JSON Event Format, section 2.2), data that is null is data.
    @Override
    protected boolean isAbsent(String name, JsonMember value) {
        return !name.equals("data") && value.isNull();
    }

    @Override
    protected void take(String name, JsonMember value) {
        switch (name) {
            case "data" -> payload = value.payload();
            case "data_base64" -> throw new ContractViolation(name, "is not taken, for data must be JSON");
            case "ephemeral" -> ephemeral = value.isBool() ? value.bool() : truth(value.text());
            default -> attribute(name, value.text());
        }
    }

    /// An attribute of binary mode.
    ///
    /// @param name without `ce-`
    void header(String name, String value) {
        if (knows(name) && !name.startsWith("data")) {
            collect(name, () -> attribute(name, value));
        }
    }

    /// The body of binary mode, whose media type is JSON.
    void data(byte[] body) {
        collect("data", () -> payload = JsonText.payload(body));
    }

    @Override
    protected void checkComplete() {
        List.of("specversion", "id", "source", "type", "subject").forEach(this::missing);
        if (!has("data_base64")) {
            missing("data");
        }
    }

    private void attribute(String name, String value) {
        switch (name) {
            case "specversion" -> {
                if (!value.equals("1.0")) {
                    throw new ContractViolation(name, "must be 1.0");
                }
            }
            case "type" -> type = EventTypes.requirePublishable(value);
            case "subject" -> channel = Channel.parse(value);
            case "ephemeral" -> ephemeral = truth(value);
            case "exclude" -> exclude = Names.requireUserId(name, value);
            case "traceparent" -> traceparent = TraceParent.orNull(value);
            case "datacontenttype" -> {
                if (!JSON.matcher(value).matches()) {
                    throw new ContractViolation(name, "must be JSON");
                }
            }
            default -> judge(name, value);
        }
    }

    private void judge(String name, String value) {
        try {
            if (value.isEmpty()) {
                throw new ContractViolation(name, "must not be empty");
            }
            attributes.withContextAttribute(name, value);
        } catch (CloudEventRWException refused) {
            throw new ContractViolation(name, "is not what CloudEvents 1.0 asks for");
        }
    }

    private static boolean truth(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ContractViolation("ephemeral", "must be true or false");
        };
    }

    @Override
    protected Publication complete() {
        return new Publication(
                List.of(Objects.requireNonNull(channel)),
                false,
                Objects.requireNonNull(type),
                Objects.requireNonNull(payload),
                ephemeral,
                exclude,
                traceparent);
    }
}
