package dev.caravan.routing;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.CaravanConfig;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import dev.caravan.message.PageQuery;
import dev.caravan.message.Text;
import dev.caravan.message.UrlQuery;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Answers {@code GET /v1/models} with a page of the catalogue and {@code GET /v1/models/{id}} with one model. What is answered has
 * the fields of both Anthropic's and OpenAI's API, which do not clash. OpenAI's clients know no pages: a client that does not name
 * the version of Anthropic's API, as all of Anthropic's clients do, gets as many models as a page can hold.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/models-list">Anthropic: List models</a>
 * @see <a href="https://platform.openai.com/docs/api-reference/models">OpenAI: Models</a>
 */
public final class ListModels implements Processor {
    private static final String PATH = "/v1/models";

    private final ModelCatalog catalog;

    public ListModels(CaravanConfig config) {
        this.catalog = new ModelCatalog(config);
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String uri = message.getHeader(Exchange.HTTP_URI, PATH, String.class);
        String path = uri.indexOf('?') < 0 ? uri : uri.substring(0, uri.indexOf('?'));
        String id = path.length() > PATH.length() + 1
                ? UrlQuery.decodePath(path.substring(PATH.length() + 1))
                : "";
        int limit = message.getHeader("anthropic-version") == null
                ? PageQuery.MAX_LIMIT
                : PageQuery.DEFAULT_LIMIT;
        ContextLengths lengths = contextLengths(exchange);
        message.setBody(id.isEmpty()
                ? page(PageQuery.of(message.getHeader(Exchange.HTTP_QUERY, "", String.class), limit), lengths)
                : model(id, lengths));
    }

    /** What is known of the models beside the configuration. */
    private static ContextLengths contextLengths(Exchange exchange) {
        ContextLengths known = exchange.getContext().getRegistry().lookupByNameAndType(ContextLengths.BEAN,
                ContextLengths.class);
        return known == null ? provider -> OptionalLong.empty() : known;
    }

    private byte[] model(String id, ContextLengths lengths) {
        ModelCatalog.Entry entry = catalog.find(id)
                .orElseThrow(() -> new ApiException(ErrorType.NOT_FOUND_ERROR, "model: " + Text.excerpt(id)));
        return MessageJson.write(out -> describe(entry, lengths, out));
    }

    private byte[] page(PageQuery query, ContextLengths lengths) {
        List<ModelCatalog.Entry> all = catalog.all();
        int limit = query.limit();
        String after = query.afterId();
        String before = query.beforeId();
        int from = after == null ? 0 : index(all, after, "after_id") + 1;
        int to = before == null ? all.size() : index(all, before, "before_id");
        // With before_id the page ends there; otherwise it begins at its start.
        int first = before == null ? from : Math.max(0, to - limit);
        int last = before == null ? Math.min(to, from + limit) : to;
        boolean more = before == null ? last < to : first > 0;
        List<ModelCatalog.Entry> page = first < last ? all.subList(first, last) : List.of();
        return MessageJson.write(out -> {
            out.writeArrayFieldStart("data");
            for (ModelCatalog.Entry entry : page) {
                out.writeStartObject();
                describe(entry, lengths, out);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeBooleanField("has_more", more);
            out.writeStringField("first_id", page.isEmpty() ? null : page.getFirst().id());
            out.writeStringField("last_id", page.isEmpty() ? null : page.getLast().id());
            out.writeStringField("object", "list"); // of OpenAI's API
        });
    }

    private static int index(List<ModelCatalog.Entry> all, String id, String field) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).id().equals(id)) {
                return i;
            }
        }
        throw ApiException.invalid(field, "there is no model \"" + Text.excerpt(id) + "\"");
    }

    private static void describe(ModelCatalog.Entry entry, ContextLengths lengths, JsonGenerator out)
            throws IOException {
        out.writeStringField("type", "model");
        out.writeStringField("id", entry.id());
        out.writeStringField("display_name", entry.model().displayName().orElse(entry.id()));
        out.writeStringField("created_at", "1970-01-01T00:00:00Z");
        number("max_input_tokens", entry.model().maxInputTokens().map(tokens -> OptionalLong.of(tokens))
                .orElseGet(() -> lengths.of(entry.provider())), out);
        number("max_tokens",
                entry.model().maxOutputTokens().map(tokens -> OptionalLong.of(tokens)).orElse(OptionalLong.empty()),
                out);
        out.writeNullField("capabilities");
        // Of version 2026-10-21; its SDKs take their absence for a broken reply.
        out.writeStringField("lifecycle", "active");
        out.writeNullField("line");
        out.writeNullField("deprecated_at");
        out.writeNullField("retires_at");
        // Of OpenAI's API.
        out.writeStringField("object", "model");
        out.writeNumberField("created", 0);
        out.writeStringField("owned_by", entry.provider());
    }

    private static void number(String field, OptionalLong value, JsonGenerator out) throws IOException {
        if (value.isEmpty()) {
            out.writeNullField(field);
        } else {
            out.writeNumberField(field, value.getAsLong());
        }
    }
}
