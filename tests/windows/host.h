/* host.h: a stand-in for Wireshark: as much of libwireshark as synfin looks up, in C, compiled with the headers of one series
 * and one system, so that its structures are laid out as in that system's Wireshark.
 *
 * It reads capture files, has dissectors that do what synfin sees of IP, TCP and ICMP, and prints all that a plugin
 * registers and shows. On Windows it is libwireshark.dll; on Linux a program. cargo xtask test-windows builds and runs both,
 * and compares what they print. It knows nothing of synfin.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STAND_IN_HOST_H
#define STAND_IN_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <epan/packet.h>

/* What changed from a gboolean to a bool, and other changes of prototypes, by series. */
#if WIRESHARK_VERSION_MINOR >= 4
typedef bool truth;
typedef uint64_t boolean_value;
#else
typedef gboolean truth;
typedef guint32 boolean_value;
#endif

/* ---- memory: of a frame's dissection, and for good */

void *pool_bytes(size_t size);
void pool_clear(void);
char *pool_text(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* ---- registration (registry.c) */

int proto_of(const char *filter_name);
const char *proto_name(int proto);
header_field_info *field_of(const char *name);
header_field_info *field_at(int id);
void all_fields_unreferenced(void);
void reference_field(const char *name);
bool set_preference(const char *assignment);
void preferences_changed(void);
void print_registered(void);
void run_init_routines(void);
void run_cleanup_routines(void);
void run_register_and_handoff(void);
int call_table(uint32_t number, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);
void add_dissector(uint32_t number, dissector_t dissect, int proto);
void call_postdissectors(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);

/* ---- the tree (tree.c) */

proto_tree *new_tree(bool is_visible);
void print_tree(const proto_tree *tree);
bool tree_wants(const proto_tree *tree, const header_field_info *info);

/* ---- the columns (columns.c) */

struct epan_column_info *columns_begin(const char *protocol, const char *info);
void columns_want(bool are_wanted);
void print_columns(void);

/* ---- taps and statistics (taps.c, statistics.c) */

int register_tap_name(const char *name);
void taps_reset(void);
/* Whether what is queued reaches the listeners: not when one frame's details are looked at. */
void taps_deliver(bool deliver);
void taps_of_frame(packet_info *pinfo, epan_dissect_t *edt);
void taps_draw(void);
void taps_finish(void);
bool begin_statistic(const char *argument);
void begin_flow_graph(const char *name);
void print_registered_statistics(void);
void print_filters(packet_info *pinfo);

/* ---- packets (packets.c) */

struct frame {
    const uint8_t *bytes;
    uint32_t captured;
    uint32_t length;
    nstime_t time;
    frame_data data;
};

enum { DETAILS_NONE, DETAILS_REFERENCED, DETAILS_ALL };

struct frame *read_capture(const char *path, size_t *count);
void free_capture(struct frame *frames, size_t count);
void packets_register(void);
void packets_reset(void);
void dissect_frame(struct frame *frame, uint32_t number, int details);

#endif
