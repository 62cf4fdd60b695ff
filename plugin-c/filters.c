/* filters.c: the entries of the packet list's Conversation Filter menu.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <glib.h>

static bool stream_of(packet_info *pinfo, uint32_t *stream)
{
    host_flow flow;
    return host_flow_of_frame(pinfo, &flow) && host_stream(pinfo, &flow, shim.proto_tcp, stream);
}

static int has_stream(packet_info *pinfo)
{
    uint32_t stream;
    return stream_of(pinfo, &stream) ? 1 : 0;
}

static char *filter(packet_info *pinfo, const char *format)
{
    uint32_t stream;
    return stream_of(pinfo, &stream) ? g_strdup_printf(format, stream) : NULL;
}

static char *handshake_filter(packet_info *pinfo)
{
    return filter(pinfo, "tcp.stream eq %u and synfin.handshake.step");
}

static char *teardown_filter(packet_info *pinfo)
{
    return filter(pinfo, "tcp.stream eq %u and (synfin.teardown.step or synfin.reset)");
}

static char *connection_filter(packet_info *pinfo)
{
    return filter(pinfo, "tcp.stream eq %u and synfin");
}

void filters_register(void)
{
    host_register_conversation_filter("TCP Lifecycle: this connection's handshake", has_stream, handshake_filter);
    host_register_conversation_filter("TCP Lifecycle: this connection's teardown", has_stream, teardown_filter);
    host_register_conversation_filter("TCP Lifecycle: this whole connection", has_stream, connection_filter);
}
