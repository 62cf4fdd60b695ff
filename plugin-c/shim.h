/* shim.h: what the files of the shim share.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_SHIM_H
#define SYNFIN_SHIM_H

#include "host.h"

/* The library's functions are called from this shared object alone: only the plugin symbols are visible in it. */
#pragma GCC visibility push(hidden)
#include "synfin.h"

/* Wireshark's ids, set at registration; the tracker lives from one capture file's init to its cleanup. */
struct shim {
    int proto;
    int proto_tcp;
    int tap;
    const protocol_t *protocol;
    synfin_tracker *tracker;
    uint8_t language; /* of titles: that of the locale */
};

extern struct shim shim;

/* The two ends in the order of their octets: both directions are one flow. */
struct flow_key {
    uint64_t low[2];
    uint64_t high[2];
    uint32_t low_port;
    uint32_t high_port;
};

/* A TCP segment of the frame being dissected, noted before TCP's own dissector ran. */
struct shim_note {
    host_flow flow;
    synfin_segment segment;
    struct flow_key key;
    uint64_t hash;
    size_t octets_len;
    uint8_t octets[SYNFIN_HEADER_MAX];
};

/* What a tap listener gets, in the frame's memory. */
struct shim_tapped {
    struct shim_note note;
    uint8_t final_pass;
};

/* plugin.c */
void synfin_shim_register(void);
bool shim_adds_to_info(void);
uint8_t shim_locale_language(void);
/* Looks at a status of the library: a defect is reported once a file, and ends the annotations of that file. */
bool shim_is_ok(uint8_t status);

/* feed.c */
void feed_register(void);
void feed_handoff(void);
void feed_reset(void);

/* icmp.c */
void icmp_register(void);
void icmp_handoff(void);
void icmp_reset(void);
/* The ICMP errors of this frame, once its TCP segments are taken in; how many. */
uint32_t icmp_take(packet_info *pinfo);
void icmp_show(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, uint32_t count);

/* streams.c */
void streams_reset(void);
/* Before and after the streams of a frame are asked for; every frame, also those without a note. */
void streams_begin_frame(void);
/* A note of which streams_find() will be asked: what that will look at is on its way from memory meanwhile. */
void streams_expect(struct shim_note *note);
/* Fills in the stream of a note and whether its flow had another one before; false when TCP has none for it. */
bool streams_find(packet_info *pinfo, struct shim_note *note);
void streams_end_frame(void);

/* show.c */
void show_register(void);
void show_begin_file(void);
/* What this frame's readers want; false when nothing does and the other two need not be called. */
bool show_begin(packet_info *pinfo, proto_tree *tree);
void show_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const struct shim_note *note);
void show_icmp(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const synfin_icmp *icmp);
void show_end(packet_info *pinfo);

/* draw.c: `settle` is called with `data` each time before the listeners there are now are drawn; `gone` once, when that
 * ends, be it by draw_forget() or, at the end of the program, by Wireshark. False when it does not work. */
bool draw_settle(void *data, tap_draw_cb settle, tap_finish_cb gone);
void draw_forget(void *data);

/* connset.c: the connections that a listener has met. */
/* True when the segment is the first of its connection here. */
bool connset_meet(synfin_set *set, const struct shim_note *note);
/* These fields as the connection's last segment shows them; NULL when there is nothing to show. Good until the next call. */
const synfin_shown *connset_show(const synfin_set *set, unsigned index, const uint16_t *fields, size_t count);
/* A value that is not text; times in seconds. */
void connset_format_number(const synfin_value *value, char *text, size_t room);

/* stats.c, table.c, lines.c, ladder.c, filters.c */
void stats_handoff(void);
void table_register(void);
void lines_register(void);
void ladder_register(void);
void filters_register(void);

#pragma GCC visibility pop

#endif
