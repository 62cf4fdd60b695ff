/* feed.c: gets at every TCP header without a protocol tree, and hands it on once TCP's own dissector is through.
 *
 * A handler stands in front of TCP in the table ip.proto and notes where the segment lies. It belongs to a protocol in
 * name only with TCP as its parent: Wireshark adds no layer for it and calls it exactly when TCP is enabled. The
 * post-dissector then finds tcp.stream for each note, feeds the tracker on the first visit, and has the notes shown. It
 * belongs to a protocol in name only too, with synfin as its parent: the layer that it is spared costs half a per cent.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "feed.h"

#include <string.h>

#include "host.h"
#include "icmp.h"
#include "notes.h"
#include "show.h"
#include "streams.h"
#include "tapped.h"

#define TCP_IN_IP 6

static dissector_handle_t next_handler;
static int proto_before_tcp;

void feed_reset(void)
{
    notes_reset();
    icmp_reset();
    streams_reset();
    tapped_reset();
}

static void note_segment(tvbuff_t *tvb, const packet_info *pinfo, const void *ip)
{
    struct note *note;
    synfin_segment *segment;
    size_t captured = host.tvb_captured_length(tvb);
    if (captured < host_bytes_before_len())
        return;
    note = notes_add(host_frame_number(pinfo));
    if (note == NULL)
        return;
    note->bytes_len = captured < SYNFIN_HEADER_MAX ? captured : SYNFIN_HEADER_MAX;
    (void)host.tvb_memcpy(tvb, note->bytes, 0, note->bytes_len);
    segment = &note->segment;
    memset(segment, 0, sizeof *segment);
    segment->reported_len = host.tvb_reported_length(tvb);
    host_flow_addresses(pinfo, &note->flow);
    note->flow.source_port = (uint32_t)note->bytes[0] << 8 | note->bytes[1];
    note->flow.destination_port = (uint32_t)note->bytes[2] << 8 | note->bytes[3];
    segment->address_len = host_address(&note->flow.source, segment->source);
    if (host_address(&note->flow.destination, segment->destination) != segment->address_len)
        segment->address_len = 0;
    segment->has_hops = host_ip_header(ip, &note->flow, &segment->hops, &segment->identification) ? 1 : 0;
    if (!host_visited(pinfo))
        streams_expect(note);
}

/* Neither a fragment nor a header quoted by an ICMP error is a segment. Whether synfin is enabled need not be asked: the
 * post-dissector is not called where it is not, and the note is overwritten. */
static int dissect_before_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (shim.tracker != NULL && !host_is_fragment(pinfo) && !host_is_quoted(pinfo))
        note_segment(tvb, pinfo, data);
    return host.call_dissector_only(next_handler, tvb, pinfo, tree, data);
}

/* What the handler could not know yet, or need not know for every layer. */
static void complete(struct note *note, const packet_info *pinfo, uint32_t layer)
{
    synfin_segment *segment = &note->segment;
    segment->struct_size = sizeof *segment;
    segment->frame = host_frame_number(pinfo);
    segment->layer = layer;
    segment->has_time = host_time(pinfo, &segment->time_s, &segment->time_ns) ? 1 : 0;
}

static void observe(struct note *note)
{
    if (shim_is_ok(synfin_tracker_observe(shim.tracker, &note->segment, note->bytes, note->bytes_len)))
        tapped_saw_frame(note->segment.frame);
}

/* Gives the note of a frame's only segment, where it is new: what is said of it can come with taking it in. Of several
 * segments all are taken in here, before anything is shown: Wireshark may leave this dissector from within that. */
static struct note *take(packet_info *pinfo, uint32_t count, bool may_wait)
{
    bool is_first_visit = !host_visited(pinfo);
    struct note *notes = notes_first();
    struct note *waiting = NULL;
    streams_begin_frame();
    for (uint32_t layer = 0; layer < count; layer++) {
        struct note *note = &notes[layer];
        complete(note, pinfo, layer);
        if (!is_first_visit || !streams_find(pinfo, note))
            continue;
        if (may_wait && count == 1)
            waiting = note;
        else
            observe(note);
    }
    streams_end_frame();
    return waiting;
}

/* The post-dissector. */
static int dissect_after_all(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    uint32_t segments = notes_take(host_frame_number(pinfo));
    uint32_t messages = icmp_take(host_frame_number(pinfo));
    struct note *new_one;
    bool wants;
    (void)data;
    if (shim.tracker == NULL)
        return 0;
    wants = segments + messages != 0 && show_begin(pinfo, tree);
    new_one = take(pinfo, segments, wants && messages == 0);
    if (messages != 0 && !host_visited(pinfo))
        icmp_observe(messages);
    if (!wants)
        return 0;
    if (new_one != NULL) {
        show_new_segment(pinfo, tree, tvb, new_one);
    } else {
        for (uint32_t layer = 0; layer < segments; layer++)
            show_segment(pinfo, tree, tvb, &notes_first()[layer]);
        for (uint32_t layer = 0; layer < messages; layer++)
            show_icmp(pinfo, tree, tvb, icmp_find(layer));
    }
    show_end(pinfo);
    return 0;
}

void feed_register(void)
{
    int proto_after_all = host.proto_register_protocol_in_name_only(
        "TCP Lifecycle, after all others", "synfin after all", "synfin_after_all", shim.proto, FT_PROTOCOL);
    proto_before_tcp = host.proto_register_protocol_in_name_only(
        "TCP Lifecycle, in front of TCP", "synfin before TCP", "synfin_before_tcp", shim.proto_tcp, FT_PROTOCOL);
    host.register_postdissector(host.create_dissector_handle(dissect_after_all, proto_after_all));
    icmp_register();
}

void feed_handoff(void)
{
    dissector_table_t table = host.find_dissector_table("ip.proto");
    if (table == NULL)
        return;
    /* Whoever stands there: TCP, or another plugin's handler in front of it. */
    next_handler = host.dissector_get_uint_handle(table, TCP_IN_IP);
    if (next_handler != NULL)
        host.dissector_add_uint("ip.proto", TCP_IN_IP,
                                host.create_dissector_handle(dissect_before_tcp, proto_before_tcp));
    icmp_handoff(table);
}
