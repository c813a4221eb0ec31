/* Bytes on their way to a client: as they are on a unix socket, sealed by TLS over the network. */
#include "daemon/http/server_lws_internal.h"

bool connection_flush(struct connection *connection)
{
    uint8_t *sealed = connection->server->sealed + LWS_PRE;
    size_t size;
    while ((size = tls_session_give(connection->tls, sealed, CHUNK_BYTES)) > 0)
        if (lws_write(connection->wsi, sealed, size, LWS_WRITE_RAW) < (int)size)
            return false;
    return true;
}

bool connection_send(struct connection *connection, uint8_t *bytes, size_t size)
{
    if (connection->tls == NULL)
        return lws_write(connection->wsi, bytes, size, LWS_WRITE_RAW) >= (int)size;
    return tls_session_write(connection->tls, bytes, size) && connection_flush(connection);
}

void connection_say_end(struct connection *connection)
{
    if (connection->tls == NULL)
        return;
    tls_session_end(connection->tls);
    connection_flush(connection);
}
