/* icmp.c: see icmp.h. Handlers stand in front of ICMP and of ICMPv6 in the table ip.proto, as one does in front of TCP
 * (feed.c). They keep the bytes of error messages until the segments of the frame were observed. They are not called
 * for a frame without ICMP.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "icmp.h"

#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "host_flow.h"
#include "post_dissector.h"
#include "reused_frames.h"

#define ICMP_IN_IP 1
#define ICMPV6_IN_IP 58

/* No encapsulation has so many ICMP layers in one frame. */
#define MESSAGES_MAX 1024u

struct message {
    synfin_icmp icmp;
    size_t bytes_len;
    uint8_t bytes[SYNFIN_ICMP_MAX];
};

static struct {
    struct message *all;
    uint32_t count;
    uint32_t room;
    uint32_t frame;
    int64_t file_offset;
    bool is_taken;
    struct reused_frames reused;
} messages;

static dissector_handle_t next_v4;
static dissector_handle_t next_v6;
static int proto_before_v4 = -1;
static int proto_before_v6 = -1;

void icmp_reset(void)
{
    free(messages.all);
    reused_frames_reset(&messages.reused);
    memset(&messages, 0, sizeof messages);
}

static bool make_message_room(void)
{
    uint32_t room = messages.room == 0 ? 1 : messages.room * 2;
    struct message *all = room > MESSAGES_MAX ? NULL : realloc(messages.all, room * sizeof messages.all[0]);
    if (all == NULL)
        return false;
    messages.all = all;
    messages.room = room;
    return true;
}

/* Destination unreachable, source quench, redirect, time exceeded, parameter problem; in ICMPv6 also packet too big. */
static bool is_error(uint8_t type, bool is_v6)
{
    if (is_v6)
        return type >= 1 && type <= 4;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static void begin_messages(const packet_info *pinfo, uint32_t frame, int64_t file_offset)
{
    if (messages.frame == frame && messages.file_offset != file_offset && !host_visited(pinfo))
        reused_frames_add(&messages.reused, frame, messages.count);
    messages.frame = frame;
    messages.file_offset = file_offset;
    messages.count = 0;
    messages.is_taken = false;
}

static void keep_message(tvbuff_t *tvb, const packet_info *pinfo, bool is_v6)
{
    struct message *message;
    size_t captured = host.tvb_captured_length(tvb);
    uint32_t frame = host_frame_number(pinfo);
    int64_t file_offset = host_file_offset(pinfo);
    uint8_t type;
    if (captured == 0)
        return;
    (void)host.tvb_memcpy(tvb, &type, 0, 1);
    if (!is_error(type, is_v6))
        return;
    /* The same frame may be dissected again at once. */
    if (messages.frame != frame || messages.file_offset != file_offset || messages.is_taken)
        begin_messages(pinfo, frame, file_offset);
    if (messages.count == messages.room && !make_message_room())
        return;
    message = &messages.all[messages.count];
    message->bytes_len = captured < SYNFIN_ICMP_MAX ? captured : SYNFIN_ICMP_MAX;
    (void)host.tvb_memcpy(tvb, message->bytes, 0, message->bytes_len);
    memset(&message->icmp, 0, sizeof message->icmp);
    message->icmp.struct_size = sizeof message->icmp;
    message->icmp.frame = frame;
    message->icmp.layer = reused_frames_first_layer(&messages.reused, frame) + messages.count;
    message->icmp.is_v6 = is_v6 ? 1 : 0;
    message->icmp.address_len = host_source_address(pinfo, message->icmp.source);
    messages.count++;
    post_dissector_enable();
}

/* A message that another message quotes does not count. */
static bool is_wanted(const packet_info *pinfo)
{
    return shim.tracker != NULL && shim_is_enabled() && !host_is_quoted(pinfo);
}

static int dissect_before_v4(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (is_wanted(pinfo))
        keep_message(tvb, pinfo, false);
    return host.call_dissector_only(next_v4, tvb, pinfo, tree, data);
}

static int dissect_before_v6(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (is_wanted(pinfo))
        keep_message(tvb, pinfo, true);
    return host.call_dissector_only(next_v6, tvb, pinfo, tree, data);
}

bool icmp_is_noted(uint32_t frame)
{
    return messages.frame == frame && messages.count != 0 && !messages.is_taken;
}

uint32_t icmp_take(uint32_t frame)
{
    uint32_t count = messages.frame == frame && !messages.is_taken ? messages.count : 0;
    messages.is_taken = true;
    return count;
}

const synfin_icmp *icmp_find(uint32_t layer)
{
    return &messages.all[layer].icmp;
}

void icmp_observe(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct message *message = &messages.all[i];
        (void)shim_is_ok(
            synfin_tracker_observe_icmp(shim.tracker, &message->icmp, message->bytes, message->bytes_len));
    }
}

void icmp_register(void)
{
    int icmp = host.proto_get_id_by_filter_name("icmp");
    int icmpv6 = host.proto_get_id_by_filter_name("icmpv6");
    if (icmp != -1)
        proto_before_v4 = host.proto_register_protocol_in_name_only(
            "TCP Lifecycle, in front of ICMP", "synfin before ICMP", "synfin_before_icmp", icmp, FT_PROTOCOL);
    if (icmpv6 != -1)
        proto_before_v6 = host.proto_register_protocol_in_name_only(
            "TCP Lifecycle, in front of ICMPv6", "synfin before ICMPv6", "synfin_before_icmpv6", icmpv6, FT_PROTOCOL);
}

static dissector_handle_t stand_before(dissector_table_t table, uint32_t number, dissector_t dissect, int proto)
{
    dissector_handle_t next = proto == -1 ? NULL : host.dissector_get_uint_handle(table, number);
    if (next != NULL)
        host.dissector_add_uint("ip.proto", number, host.create_dissector_handle(dissect, proto));
    return next;
}

void icmp_handoff(dissector_table_t table)
{
    next_v4 = stand_before(table, ICMP_IN_IP, dissect_before_v4, proto_before_v4);
    next_v6 = stand_before(table, ICMPV6_IN_IP, dissect_before_v6, proto_before_v6);
}
