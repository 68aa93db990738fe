package dev.caravan.queue.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** How values that JDBC has no type for stand in columns. */
final class Columns {
    private Columns() {}

    /** Both databases keep microseconds. */
    static OffsetDateTime time(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    /** The time in that column, null when there is none. */
    static Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Sets {@code body} and {@code large_body}, which follow one another from that parameter on. */
    static void body(PreparedStatement statement, int parameter, byte[] body) throws SQLException {
        boolean large = body != null && body.length > Database.IN_ROW;
        statement.setBytes(parameter, large ? null : body);
        statement.setBytes(parameter + 1, large ? body : null);
    }

    /** What {@link #body(PreparedStatement, int, byte[])} has set. */
    static byte[] body(ResultSet row) throws SQLException {
        byte[] body = row.getBytes("body");
        return body == null ? row.getBytes("large_body") : body;
    }
}
