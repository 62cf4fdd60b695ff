/* filters.c: see filters.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "filters.h"

#include <stdio.h>

#include "host_stats.h"
#include "shim.h"

#define FILTER_MAX 128

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

static char *filter(packet_info *pinfo, const char *condition)
{
    uint32_t stream;
    char *text = stream_of(pinfo, &stream) ? host.allocate(FILTER_MAX) : NULL;
    if (text != NULL)
        (void)snprintf(text, FILTER_MAX, "tcp.stream eq %u and %s", stream, condition);
    return text;
}

static char *handshake_filter(packet_info *pinfo)
{
    return filter(pinfo, "synfin.handshake.step");
}

static char *teardown_filter(packet_info *pinfo)
{
    return filter(pinfo, "(synfin.teardown.step or synfin.reset)");
}

static char *connection_filter(packet_info *pinfo)
{
    return filter(pinfo, "synfin");
}

void filters_register(void)
{
    host_register_conversation_filter(shim_title(SYNFIN_WORD_HANDSHAKE_FILTER), has_stream, handshake_filter);
    host_register_conversation_filter(shim_title(SYNFIN_WORD_TEARDOWN_FILTER), has_stream, teardown_filter);
    host_register_conversation_filter(shim_title(SYNFIN_WORD_CONNECTION_FILTER), has_stream, connection_filter);
}
