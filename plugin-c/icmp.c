/* icmp.c: errors of ICMP and ICMPv6 that quote a TCP segment.
 *
 * Handlers stand in front of ICMP and ICMPv6 in the table ip.proto, as feed.c's does in front of TCP, and note the message.
 * When the frame is through, and its TCP segments are taken in, the library says whether it is about a known connection.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <string.h>

#define ICMP_IN_IP 1
#define ICMPV6_IN_IP 58
/* Messages of one frame; what is beyond is not annotated. */
#define MESSAGES_MAX 8
#define KINDS 2

struct message {
    synfin_icmp icmp;
    size_t bytes_len;
    uint8_t bytes[SYNFIN_ICMP_MAX];
};

static dissector_handle_t next_handlers[KINDS];
static int protos[KINDS];
static struct message messages[MESSAGES_MAX];
static uint32_t message_count;
static uint32_t message_frame;

void icmp_reset(void)
{
    message_count = 0;
    message_frame = 0;
}

/* Only errors quote anything: destination unreachable and the like. */
static bool is_error(uint8_t type, bool is_v6)
{
    return is_v6 ? type >= 1 && type <= 4 : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static void note_message(tvbuff_t *tvb, const packet_info *pinfo, bool is_v6)
{
    struct message *message;
    host_flow flow;
    size_t captured = tvb_captured_length(tvb);
    if (captured == 0 || !is_error(tvb_get_guint8(tvb, 0), is_v6))
        return;
    if (message_frame != host_frame_number(pinfo)) {
        message_frame = host_frame_number(pinfo);
        message_count = 0;
    }
    if (message_count == MESSAGES_MAX)
        return;
    message = &messages[message_count];
    memset(&message->icmp, 0, sizeof message->icmp);
    message->icmp.struct_size = sizeof message->icmp;
    message->icmp.frame = message_frame;
    message->icmp.layer = message_count;
    message->icmp.is_v6 = is_v6 ? 1 : 0;
    host_flow_addresses(pinfo, &flow);
    message->icmp.address_len = host_address(&flow.source, message->icmp.source);
    message->bytes_len = captured < SYNFIN_ICMP_MAX ? captured : SYNFIN_ICMP_MAX;
    tvb_memcpy(tvb, message->bytes, 0, message->bytes_len);
    message_count++;
}

static int dissect_before(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data, size_t kind)
{
    if (shim.tracker != NULL && host_is_enabled(shim.protocol) && host_is_segment(pinfo))
        note_message(tvb, pinfo, kind == 1);
    return call_dissector_only(next_handlers[kind], tvb, pinfo, tree, data);
}

static int dissect_before_icmp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_before(tvb, pinfo, tree, data, 0);
}

static int dissect_before_icmpv6(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_before(tvb, pinfo, tree, data, 1);
}

uint32_t icmp_take(packet_info *pinfo)
{
    uint32_t count = message_frame == host_frame_number(pinfo) ? message_count : 0;
    message_count = 0;
    if (!host_visited(pinfo)) {
        for (uint32_t i = 0; i < count; i++)
            (void)shim_is_ok(synfin_tracker_observe_icmp(shim.tracker, &messages[i].icmp, messages[i].bytes,
                                                         messages[i].bytes_len));
    }
    return count;
}

void icmp_show(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        show_icmp(pinfo, tree, tvb, &messages[i].icmp);
}

void icmp_register(void)
{
    int proto_icmp = proto_get_id_by_filter_name("icmp");
    int proto_icmpv6 = proto_get_id_by_filter_name("icmpv6");
    protos[0] = proto_register_protocol_in_name_only("TCP Lifecycle, in front of ICMP", "synfin before ICMP",
                                                     "synfin_before_icmp", proto_icmp, FT_PROTOCOL);
    protos[1] = proto_register_protocol_in_name_only("TCP Lifecycle, in front of ICMPv6", "synfin before ICMPv6",
                                                     "synfin_before_icmpv6", proto_icmpv6, FT_PROTOCOL);
}

void icmp_handoff(void)
{
    static const dissector_t handlers[KINDS] = {dissect_before_icmp, dissect_before_icmpv6};
    static const uint32_t numbers[KINDS] = {ICMP_IN_IP, ICMPV6_IN_IP};
    dissector_table_t table = find_dissector_table("ip.proto");
    for (size_t kind = 0; table != NULL && kind < KINDS; kind++) {
        next_handlers[kind] = dissector_get_uint_handle(table, numbers[kind]);
        if (next_handlers[kind] != NULL)
            dissector_add_uint("ip.proto", numbers[kind], create_dissector_handle(handlers[kind], protos[kind]));
    }
}
