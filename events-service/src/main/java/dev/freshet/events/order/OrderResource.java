package dev.freshet.events.order;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.json.JsonBytes;
import dev.freshet.contract.json.JsonText;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.events.append.PartitionedAppend;
import dev.freshet.events.config.SamplesConfig;
import dev.freshet.events.http.Command;
import dev.freshet.events.http.CommandReader;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.publish.PublishRate;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/// `POST /api/orders/{id}/complete`: what a shop's own service would do, for the guides. Only with
/// `freshet.samples.orders`.
@Path("/api/orders/{id}/complete")
public final class OrderResource {

    private static final Set<String> MEDIA_TYPES = Set.of("", "application/json");
    private static final int MAX_BODY_BYTES = 64 * 1024;

    /// Integers that JavaScript keeps exactly, in their one spelling.
    private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]{0,14}");

    private static final Channel DASHBOARD = Channel.broadcast("orders");

    private final SamplesConfig samples;
    private final CommandReader commands;
    private final PartitionedAppend log;
    private final PublishRate rate;

    OrderResource(SamplesConfig samples, CommandReader commands, PartitionedAppend log, PublishRate rate) {
        this.samples = samples;
        this.commands = commands;
        this.log = log;
        this.rate = rate;
    }

    @POST
    @Operation(
            summary = "Complete an order (sample)",
            description = "Body: none, or {\"customerId\"?,\"total\"?}. Tells the customer and broadcast:orders.")
    @APIResponse(responseCode = "200", description = "Done: {\"success\":true}")
    @APIResponse(responseCode = "404", description = "The sample is off")
    public CompletionStage<Response> complete(@PathParam("id") String id, @Context HttpServerRequest request) {
        if (!samples.orders()) {
            throw ProblemException.of(ProblemType.NOT_FOUND, "The sample of orders is off.");
        }
        return commands.read(request, MEDIA_TYPES, MAX_BODY_BYTES)
                .compose(command -> complete(Names.requireName("id", id), command))
                .toCompletionStage();
    }

    private Future<Response> complete(String id, Command command) {
        OrderCompletion order = OrderCompletion.read(command.body());
        Caller caller = command.caller();
        Channel customer = order.customer() == null ? caller.ownChannel() : Channel.user(order.customer());
        if (!mayCompleteFor(customer, caller)) {
            throw ProblemException.of(
                    ProblemType.FORBIDDEN_CHANNEL, "You may not complete an order for " + customer + ".");
        }
        // The service itself acts here, so these two need no grant.
        List<Event> events = List.of(
                Event.of(customer, "order-completed", completed(id, order)).withActor(caller.userId()),
                Event.of(DASHBOARD, "order-update", update(id)).withActor(caller.userId()));
        return rate.take(caller, events.size())
                .compose(taken -> log.appendAll(
                        events.stream()
                                .map(event -> event.withTraceparent(command.traceparent()))
                                .toList(),
                        command.idempotency("")))
                .map(ids -> Response.ok(
                                new JsonBytes(32)
                                        .beginObject()
                                        .key("success")
                                        .bool(true)
                                        .endObject()
                                        .toBytes(),
                                MediaType.APPLICATION_JSON)
                        .build());
    }

    private static boolean mayCompleteFor(Channel customer, Caller caller) {
        return customer.equals(caller.ownChannel())
                || caller.mayPublish(customer)
                || caller.groups().contains("admin");
    }

    /// Without a total that was sent there is none: inventing one would be a lie to the customer.
    private static JsonText completed(String id, OrderCompletion order) {
        JsonBytes json = new JsonBytes();
        orderId(json.beginObject(), id);
        if (order.total() != null) {
            json.key("total").json(order.total());
        }
        return JsonText.payload(json.endObject().toBytes());
    }

    private static JsonText update(String id) {
        JsonBytes json = new JsonBytes();
        orderId(json.beginObject(), id);
        return JsonText.payload(
                json.key("status").plain("completed").endObject().toBytes());
    }

    private static void orderId(JsonBytes json, String id) {
        json.key("orderId");
        if (INTEGER.matcher(id).matches()) {
            json.number(Long.parseLong(id));
        } else {
            json.plain(id);
        }
    }
}
