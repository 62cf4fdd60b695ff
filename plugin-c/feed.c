/* feed.c: takes in every TCP header once TCP's own dissector has finished, without the need of a protocol tree.
 *
 * A handler stands in front of TCP in the table ip.proto and notes each segment. Wireshark takes it for TCP's own: it
 * calls the handler exactly when TCP is enabled, and the handler calls TCP's function. (When another plugin's handler
 * stands there already, ours belongs to a protocol in name only, for which Wireshark adds no layer.) On the first visit
 * of a frame, when TCP has finished, the handler finds tcp.stream for the note, feeds the tracker and has the note
 * shown. The post-dissector does everything else: frames that an exception cut short, frames with several segments,
 * ICMP errors, later visits.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "feed.h"

#include <string.h>

#include "host.h"
#include "icmp.h"
#include "notes.h"
#include "post_dissector.h"
#include "segment_tap.h"
#include "show.h"
#include "streams.h"

#define TCP_IN_IP 6

static dissector_handle_t next_handler;
/* The function behind that handle if it is TCP's own, else NULL. */
static dissector_t next_function;
static int proto_before_tcp;

void feed_reset(void)
{
    notes_reset();
    icmp_reset();
    streams_reset();
    segment_tap_reset();
}

static bool note_segment(tvbuff_t *tvb, const packet_info *pinfo, const void *ip)
{
    struct note *note;
    synfin_segment *segment;
    size_t captured = host.tvb_captured_length(tvb);
    if (captured < host_bytes_before_len())
        return false;
    note = notes_add(pinfo);
    if (note == NULL)
        return false;
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
    return true;
}

/* Fills in what the handler could not know yet, or what not every layer needs. */
static void complete(struct note *note, const packet_info *pinfo, uint32_t index)
{
    synfin_segment *segment = &note->segment;
    segment->struct_size = sizeof *segment;
    segment->frame = host_frame_number(pinfo);
    segment->layer = notes_first_layer() + index;
    segment->has_time = host_time(pinfo, &segment->time_s, &segment->time_ns) ? 1 : 0;
}

static void observe(struct note *note)
{
    if (shim_is_ok(synfin_tracker_observe(shim.tracker, &note->segment, note->bytes, note->bytes_len)))
        segment_tap_saw_frame(note->segment.frame);
}

/* When a frame has one segment, all that is needed is known once TCP and the dissectors above it have finished. When
 * one of them leaves by an exception, or the frame has more segments, the post-dissector does this work. */
static void finish_single(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    struct note *note = icmp_is_noted(host_frame_number(pinfo)) ? NULL : notes_take_single(pinfo);
    bool is_found;
    bool wants;
    if (note == NULL)
        return;
    post_dissector_disable();
    if (tree != NULL)
        tree = host.proto_tree_get_root(tree);
    wants = show_begin(pinfo, tree);
    complete(note, pinfo, 0);
    streams_begin_frame();
    is_found = streams_find(pinfo, note);
    streams_end_frame();
    if (!is_found)
        return;
    if (!wants) {
        observe(note);
        return;
    }
    show_new_segment(pinfo, tree, tvb, note);
    show_end(pinfo);
}

static int call_next(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (next_function != NULL)
        return next_function(tvb, pinfo, tree, data);
    return host.call_dissector_only(next_handler, tvb, pinfo, tree, data);
}

/* Neither a fragment nor a header quoted by an ICMP error is a segment. */
static bool is_segment(const packet_info *pinfo)
{
    return shim.tracker != NULL && shim_is_enabled() && !host_is_fragment(pinfo) &&
           !host_is_quoted(pinfo);
}

__attribute__((flatten)) static int dissect_before_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    int used;
    if (!is_segment(pinfo) || !note_segment(tvb, pinfo, data))
        return call_next(tvb, pinfo, tree, data);
    post_dissector_enable();
    used = call_next(tvb, pinfo, tree, data);
    finish_single(tvb, pinfo, tree);
    return used;
}

/* All segments are taken in before one is shown, because showing may leave this dissector by an exception. */
static void observe_all(packet_info *pinfo, uint32_t first, uint32_t count)
{
    bool is_first_visit = !host_visited(pinfo);
    struct note *notes = notes_first();
    streams_begin_frame();
    for (uint32_t layer = first; layer < count; layer++) {
        struct note *note = &notes[layer];
        complete(note, pinfo, layer);
        if (is_first_visit && streams_find(pinfo, note))
            observe(note);
    }
    streams_end_frame();
}

/* The post-dissector. */
static int dissect_after_all(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    uint32_t done;
    uint32_t segments = notes_take(host_frame_number(pinfo), &done);
    uint32_t messages = icmp_take(host_frame_number(pinfo));
    (void)data;
    post_dissector_disable();
    if (shim.tracker == NULL || !shim_is_enabled() || segments - done + messages == 0)
        return 0;
    observe_all(pinfo, done, segments);
    if (messages != 0 && !host_visited(pinfo))
        icmp_observe(messages);
    if (done != 0)
        show_more();
    if (!show_begin(pinfo, tree))
        return 0;
    for (uint32_t layer = done; layer < segments; layer++)
        show_segment(pinfo, tree, tvb, &notes_first()[layer]);
    for (uint32_t layer = 0; layer < messages; layer++)
        show_icmp(pinfo, tree, tvb, icmp_find(layer));
    show_end(pinfo);
    return 0;
}

void feed_register(void)
{
    proto_before_tcp = host.proto_register_protocol_in_name_only(
        "TCP Lifecycle, in front of TCP", "synfin before TCP", "synfin_before_tcp", shim.proto_tcp, FT_PROTOCOL);
    post_dissector_register(dissect_after_all);
    icmp_register();
}

/* Makes the handle of our handler. When TCP itself comes next, it is a handle of TCP: Wireshark then sees TCP called,
 * and the handler calls TCP's function itself, which saves the half per cent that another dissector call costs. The
 * handle has a name and a description of its own, because from 4.4 on Wireshark makes the name of a preference from
 * them, and complains when two handles of TCP have the same. */
static dissector_handle_t stand_before_tcp(void)
{
    dissector_handle_t as_tcp = host.create_dissector_handle_with_name_and_description(dissect_before_tcp, shim.proto_tcp,
                                                                                       "tcp.synfin", "synfin before TCP");
    if (host.dissector_handle_get_protocol_index(next_handler) == shim.proto_tcp)
        next_function = host_function_of(next_handler, as_tcp, dissect_before_tcp);
    return next_function != NULL ? as_tcp : host.create_dissector_handle(dissect_before_tcp, proto_before_tcp);
}

void feed_handoff(void)
{
    dissector_table_t table = host.find_dissector_table("ip.proto");
    if (table == NULL)
        return;
    /* Whoever stands there: TCP, or another plugin's handler in front of it. */
    next_handler = host.dissector_get_uint_handle(table, TCP_IN_IP);
    if (next_handler != NULL)
        host.dissector_add_uint("ip.proto", TCP_IN_IP, stand_before_tcp());
    icmp_handoff(table);
}
