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
#include "shim.h"

#include <string.h>
#include <glib.h>
#include <epan/dissectors/packet-ip.h>

#define TCP_IN_IP 6
/* More TCP layers in one frame than any encapsulation makes; what is beyond is not annotated. */
#define NOTES_MAX 65536u

static dissector_handle_t next_handler;
static int proto_before_tcp;

/* The notes of one frame, in layer order. A dissector that throws leaves them for the post-dissector all the same; what
 * no post-dissector took is dropped when another frame begins. */
static struct {
    struct shim_note *notes;
    uint32_t count;
    uint32_t room;
    uint32_t frame;
} feed;

void feed_reset(void)
{
    g_free(feed.notes);
    memset(&feed, 0, sizeof feed);
}

static struct shim_note *next_note(uint32_t frame)
{
    if (feed.frame != frame) {
        feed.frame = frame;
        feed.count = 0;
    }
    if (feed.count == feed.room) {
        uint32_t room = feed.room == 0 ? 4 : feed.room * 2;
        if (room > NOTES_MAX)
            return NULL;
        feed.notes = g_realloc(feed.notes, room * sizeof feed.notes[0]);
        feed.room = room;
    }
    return &feed.notes[feed.count++];
}

/* What the network layer says: the first word of either structure is the version. */
static void note_network(synfin_segment *segment, const void *data)
{
    const ws_ip4 *ip4 = data;
    if (data == NULL)
        return;
    if (segment->address_len == 4 && ip4->ip_ver == 4) {
        segment->has_hops = 1;
        segment->hops = ip4->ip_ttl;
        segment->identification = ip4->ip_id;
    }
}

static void note_segment(tvbuff_t *tvb, const packet_info *pinfo, const void *data)
{
    struct shim_note *note;
    synfin_segment *segment;
    size_t captured = tvb_captured_length(tvb);
    if (captured < host_octets_before_len())
        return;
    note = next_note(host_frame_number(pinfo));
    if (note == NULL)
        return;
    note->octets_len = captured < SYNFIN_HEADER_MAX ? captured : SYNFIN_HEADER_MAX;
    tvb_memcpy(tvb, note->octets, 0, note->octets_len);
    segment = &note->segment;
    memset(segment, 0, sizeof *segment);
    segment->reported_len = tvb_reported_length(tvb);
    host_flow_addresses(pinfo, &note->flow);
    note->flow.source_port = (uint32_t)note->octets[0] << 8 | note->octets[1];
    note->flow.destination_port = (uint32_t)note->octets[2] << 8 | note->octets[3];
    segment->address_len = host_address(&note->flow.source, segment->source);
    if (host_address(&note->flow.destination, segment->destination) != segment->address_len)
        segment->address_len = 0;
    note_network(segment, data);
    if (!host_visited(pinfo))
        streams_expect(note);
}

static int dissect_before_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (shim.tracker != NULL && host_is_enabled(shim.protocol) && host_is_segment(pinfo))
        note_segment(tvb, pinfo, data);
    return call_dissector_only(next_handler, tvb, pinfo, tree, data);
}

/* What the handler could not know yet, or need not know for every layer. */
static void complete(struct shim_note *note, const packet_info *pinfo, uint32_t layer)
{
    synfin_segment *segment = &note->segment;
    segment->struct_size = sizeof *segment;
    segment->frame = feed.frame;
    segment->layer = layer;
    segment->has_time = host_time(pinfo, &segment->time_s, &segment->time_ns) ? 1 : 0;
}

static void observe(packet_info *pinfo, struct shim_note *note)
{
    if (!streams_find(pinfo, note))
        return;
    (void)shim_is_ok(synfin_tracker_observe(shim.tracker, &note->segment, note->octets, note->octets_len));
}

/* The segments of one frame; true when there may be something to show for them. */
static bool observe_all(packet_info *pinfo, uint32_t count)
{
    bool is_first_visit = !host_visited(pinfo);
    streams_begin_frame();
    for (uint32_t layer = 0; layer < count; layer++) {
        complete(&feed.notes[layer], pinfo, layer);
        if (is_first_visit)
            observe(pinfo, &feed.notes[layer]);
    }
    streams_end_frame();
    return count != 0;
}

/* The post-dissector. */
static int dissect_after_all(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    uint32_t count = feed.frame == host_frame_number(pinfo) ? feed.count : 0;
    uint32_t errors;
    const char *before;
    (void)data;
    feed.count = 0;
    if (shim.tracker == NULL)
        return 0;
    (void)observe_all(pinfo, count);
    errors = icmp_take(pinfo);
    if (count + errors == 0 || !show_begin(pinfo, tree))
        return 0;
    before = host_name_protocol(pinfo, "synfin");
    for (uint32_t layer = 0; layer < count; layer++)
        show_segment(pinfo, tree, tvb, &feed.notes[layer]);
    icmp_show(pinfo, tree, tvb, errors);
    show_end(pinfo);
    (void)host_name_protocol(pinfo, before);
    return 0;
}

void feed_register(void)
{
    int proto_after_all = proto_register_protocol_in_name_only("TCP Lifecycle, after all others", "synfin after all",
                                                               "synfin_after_all", shim.proto, FT_PROTOCOL);
    proto_before_tcp = proto_register_protocol_in_name_only("TCP Lifecycle, in front of TCP", "synfin before TCP",
                                                            "synfin_before_tcp", shim.proto_tcp, FT_PROTOCOL);
    register_postdissector(create_dissector_handle(dissect_after_all, proto_after_all));
}

void feed_handoff(void)
{
    dissector_table_t table = find_dissector_table("ip.proto");
    /* Whoever stands there: TCP, or another plugin's handler in front of it. */
    next_handler = table == NULL ? NULL : dissector_get_uint_handle(table, TCP_IN_IP);
    if (next_handler != NULL)
        dissector_add_uint("ip.proto", TCP_IN_IP, create_dissector_handle(dissect_before_tcp, proto_before_tcp));
}
