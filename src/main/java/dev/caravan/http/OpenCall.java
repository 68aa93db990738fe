package dev.caravan.http;

import dev.caravan.message.Call;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The first step behind an HTTP door: gives the request its id, takes hold of the response before a later step replaces the
 * message, and arranges that everything stops when the client leaves.
 */
public final class OpenCall implements Processor {
    private Duration stallTimeout = Duration.ofSeconds(60);
    private boolean interrupt = true;

    /** How long a reply waits for a client that does not read before the client counts as gone; 60 s by default. */
    public void setStallTimeout(Duration stallTimeout) {
        this.stallTimeout = stallTimeout;
    }

    /**
     * Whether the thread that serves a call is interrupted when the client leaves, which ends its wait for an upstream; true by
     * default. Not for a door that works on files or a database: an interrupt closes the file under everybody who uses it.
     */
    public void setInterrupt(boolean interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public void process(Exchange exchange) throws ClientClosedException {
        HttpServerRequest request = exchange.getMessage(HttpMessage.class).getRequest();
        Context eventLoop = Vertx.currentContext();
        Call call = new Call();
        HttpReply reply = new HttpReply(call, request, eventLoop, stallTimeout);
        exchange.setProperty(Call.PROPERTY, call);
        exchange.setProperty(HttpReply.PROPERTY, reply);

        request.response().closeHandler(nothing -> reply.clientLeft());
        if (request.response().closed() || !ClientConnection.isOpen(request)) {
            reply.clientLeft();
            throw new ClientClosedException("the client has left");
        }
        if (interrupt) {
            interruptWhenCancelled(call);
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                call.complete();
            }

            @Override
            public boolean allowHandover() {
                return false; // the call ends with this exchange and no other
            }
        });
    }

    /** A virtual thread that is interrupted while it waits on a socket gives the socket up: a call to a silent upstream ends so. */
    private static void interruptWhenCancelled(Call call) {
        Runnable interruption = Thread.currentThread()::interrupt;
        call.getCancellation().onCancel(interruption);
        call.onComplete(() -> call.getCancellation().remove(interruption));
    }
}
