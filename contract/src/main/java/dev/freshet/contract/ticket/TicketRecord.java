package dev.freshet.contract.ticket;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.json.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who a ticket stands for: what its token said, kept in Redis until the ticket is used or expires.
///
/// @param userId the user
/// @param name shown name, where the token had one
/// @param subscribe channels that the connection may follow, narrowed where the request asked for it
/// @param publish channels that it may publish to
/// @param groups roles
/// @param issuedAt when the token was issued, ms since 1970: a later revocation outdates it
/// @param expiresAt when the token expires, ms since 1970: the connection ends then
public record TicketRecord(
        String userId,
        @Nullable String name,
        Grants subscribe,
        Grants publish,
        List<String> groups,
        long issuedAt,
        long expiresAt) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    public TicketRecord {
        Names.requireUserId("userId", userId);
        name = name == null ? null : wellFormed(name);
        groups = groups.stream().map(TicketRecord::wellFormed).toList();
    }

    /// An identity provider may escape half a character in JSON; no UTF-8 has that, so a `?` takes its place.
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /// @throws ContractViolation (field `ticket`) if `json` is no record
    public static TicketRecord parse(String json) {
        try {
            JsonNode node = JSON.readTree(json);
            if (!node.isObject()
                    || !node.path("userId").isTextual()
                    || !isTime(node.path("issuedAt"))
                    || !isTime(node.path("expiresAt"))) {
                throw new ContractViolation("ticket", "has an unreadable record");
            }
            return new TicketRecord(
                    node.path("userId").textValue(),
                    node.path("name").textValue(),
                    Grants.parse(texts(node.path("subscribe"))),
                    Grants.parse(texts(node.path("publish"))),
                    texts(node.path("groups")),
                    node.path("issuedAt").longValue(),
                    node.path("expiresAt").longValue());
        } catch (JsonProcessingException e) {
            throw new ContractViolation("ticket", "has an unreadable record");
        }
    }

    public byte[] toJson() {
        JsonBytes json = new JsonBytes().beginObject().key("userId").plain(userId);
        if (name != null) {
            json.key("name").text(name);
        }
        return json.key("subscribe")
                .texts(subscribe.asText())
                .key("publish")
                .texts(publish.asText())
                .key("groups")
                .texts(groups)
                .key("issuedAt")
                .number(issuedAt)
                .key("expiresAt")
                .number(expiresAt)
                .endObject()
                .toBytes();
    }

    private static boolean isTime(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
    }

    private static List<String> texts(JsonNode array) {
        if (!array.isArray() && !array.isMissingNode()) {
            throw new ContractViolation("ticket", "has an unreadable record");
        }
        List<String> texts = new ArrayList<>(array.size());
        for (JsonNode element : array) {
            if (!element.isTextual()) {
                throw new ContractViolation("ticket", "has an unreadable record");
            }
            texts.add(element.textValue());
        }
        return texts;
    }
}
