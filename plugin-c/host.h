/* host.h: what the shim asks of Wireshark where versions differ.
 *
 * host.c is the only file that looks into packet_info, frame_data, tcp_analysis, field_info and proto_node, or calls a
 * function whose prototype is not the same in every supported series. It picks one row of host_layout.h when the
 * plugin is loaded. Everything else goes through exported functions that never changed.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_H
#define SYNFIN_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>

/* The running Wireshark belongs to a series in host_layout.h, and exports what that series is known to export. */
bool host_known(void);

/* ---- the frame ------------------------------------------------------------------------------------------- */

uint32_t host_frame_number(const packet_info *pinfo);
/* False the first time that a frame of this file is dissected. */
bool host_visited(const packet_info *pinfo);
/* False when the frame has no time stamp. */
bool host_time(const packet_info *pinfo, int64_t *seconds, int32_t *nanoseconds);
/* Says which protocol is at work, as expert information and error messages name it; returns the one before. */
const char *host_name_protocol(packet_info *pinfo, const char *name);
/* Memory that lives until the frame's dissection and its taps are over. */
wmem_allocator_t *host_pool(const packet_info *pinfo);

/* ---- the segment ----------------------------------------------------------------------------------------- */

/* What tells Wireshark's conversations apart. The octets of the addresses live as long as the frame's dissection. */
typedef struct host_flow {
    address source;
    address destination;
    address link_source;
    address link_destination;
    uint32_t vlan;
    uint32_t source_port;
    uint32_t destination_port;
} host_flow;

/* Neither a fragment nor a header quoted by an ICMP error. */
bool host_is_segment(const packet_info *pinfo);
/* Octets of a header that TCP's dissector reads before it gives tcp.len; when fewer were captured it gives none. */
size_t host_octets_before_len(void);
/* The flow of the layer that is dissected now, but for the ports: TCP has not set them yet. */
void host_flow_addresses(const packet_info *pinfo, host_flow *flow);
/* The same after TCP was dissected, with the ports; false when it was not TCP that set them. */
bool host_flow_of_frame(const packet_info *pinfo, host_flow *flow);
/* Octets of an IPv4 or IPv6 address; returns how many, 0 for any other kind. */
uint8_t host_address(const address *from, uint8_t octets[16]);
/* The user has Wireshark keep apart conversations of equal addresses and ports, by interface, VLAN or link address. */
bool host_splits_flows(void);
/* How many values of tcp.stream the file has so far. */
uint32_t host_stream_count(void);
/* tcp.stream of a flow in this frame; changes nothing in TCP's analysis. */
bool host_stream(packet_info *pinfo, const host_flow *flow, int proto_tcp, uint32_t *stream);
/* The flow had another value of tcp.stream before this frame. */
bool host_had_stream(packet_info *pinfo, const host_flow *flow, int proto_tcp, uint32_t stream);

/* ---- the tree and the columns ---------------------------------------------------------------------------- */

bool host_is_enabled(const protocol_t *protocol);
/* Something reads this field, or the tree is visible. False for a NULL tree. */
bool host_wants_field(proto_tree *tree, int field);
void host_mark_generated(proto_item *item);
proto_item *host_add_boolean(proto_tree *tree, int field, tvbuff_t *tvb, bool value);
bool host_wants_info(const packet_info *pinfo);
bool host_wants_severity(const packet_info *pinfo);
void host_append_info(const packet_info *pinfo, const char *text);

/* ---- registration, taps, statistics ---------------------------------------------------------------------- */

/* A preference that is on or off: older series write an int into it, newer ones a bool. */
typedef struct host_switch {
    int storage;
} host_switch;

#define HOST_SWITCH_ON {1}

bool host_is_on(const host_switch *preference);
void host_register_switch(module_t *module, const char *name, const char *title, const char *description,
                          host_switch *preference);
/* A preference that is one of several values, in a list that opens. */
void host_register_choice(module_t *module, const char *name, const char *title, const char *description, int *choice,
                          const enum_val_t *choices);

bool host_has_listener(int tap);

void host_register_stats_tree(const char *tap, const char *abbreviation, const char *menu, stat_tree_packet_cb packet,
                              stat_tree_init_cb init, stat_tree_cleanup_cb cleanup);
/* A node that may have children; returns its number. */
int host_stats_heading(stats_tree *tree, const char *name, int parent);
void host_stats_set(stats_tree *tree, const char *name, int parent, int count);

/* The Flow Graph window and -z flow get a kind of flow of this name, which draws what the tap's listener hands to
 * host_draw_arrow(). */
void host_register_flow_graph(const char *name, const char *title, int proto, const char *tap, tap_packet_cb segment);
/* Draws one arrow, as that tap's listener: `graph`, `edt` and `flags` are what it was called with. */
tap_packet_status host_draw_arrow(void *graph, packet_info *pinfo, epan_dissect_t *edt, tap_flags_t flags,
                                  const host_flow *flow, const char *label, const char *margin);

/* `is_valid` answers 0 or 1, `build` a string of g_malloc or NULL. */
void host_register_conversation_filter(const char *title, int (*is_valid)(packet_info *pinfo),
                                       char *(*build)(packet_info *pinfo));

#endif
