/* host_functions.h: every function and variable of Wireshark, and of glib, that the shim uses.
 *
 * No symbol of either is linked: host_load() looks each up by its name while the plugin is being loaded, and the shim
 * calls host.NAME(...). So a missing one is one line, and the same source serves every system.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_FUNCTIONS_H
#define SYNFIN_HOST_FUNCTIONS_H

#include <stdint.h>
#include <epan/column-utils.h>
#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/epan.h>
#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>

/* The same prototype in every series, so that of the headers at hand: SAME(name). `cargo xtask host prototypes` holds
 * this list against the headers of all series. */
#define HOST_SAME(SAME) \
    SAME(call_dissector_only) \
    SAME(col_add_str) \
    SAME(col_append_str) \
    SAME(col_clear) \
    SAME(col_clear_fence) \
    SAME(col_get_text) \
    SAME(col_set_fence) \
    SAME(col_set_str) \
    SAME(conversation_get_proto_data) \
    SAME(create_dissector_handle) \
    SAME(create_dissector_handle_with_name_and_description) \
    SAME(dissector_add_uint) \
    SAME(dissector_get_uint_handle) \
    SAME(dissector_handle_get_protocol_index) \
    SAME(epan_get_version_number) \
    SAME(expert_register_field_array) \
    SAME(expert_register_protocol) \
    SAME(find_conversation) \
    SAME(find_dissector_table) \
    SAME(find_protocol_by_id) \
    SAME(find_tap_id) \
    SAME(get_tcp_stream_count) \
    SAME(prefs_register_protocol) \
    SAME(prefs_register_string_preference) \
    SAME(proto_get_id_by_filter_name) \
    SAME(proto_item_add_subtree) \
    SAME(proto_register_field_array) \
    SAME(proto_register_plugin) \
    SAME(proto_register_protocol) \
    SAME(proto_register_protocol_in_name_only) \
    SAME(proto_register_subtree_array) \
    SAME(proto_registrar_get_nth) \
    SAME(proto_set_cant_toggle) \
    SAME(proto_tree_add_int) \
    SAME(proto_tree_add_int64) \
    SAME(proto_tree_add_protocol_format) \
    SAME(proto_tree_add_string) \
    SAME(proto_tree_add_subtree) \
    SAME(proto_tree_add_time) \
    SAME(proto_tree_add_uint) \
    SAME(proto_tree_add_uint64) \
    SAME(proto_tree_get_root) \
    SAME(register_cleanup_routine) \
    SAME(register_init_routine) \
    SAME(register_postdissector) \
    SAME(register_stat_tap_table_ui) \
    SAME(register_stat_tap_ui) \
    SAME(register_tap) \
    SAME(register_tap_listener) \
    SAME(remove_tap_listener) \
    SAME(stat_tap_add_table) \
    SAME(stat_tap_find_table) \
    SAME(stat_tap_get_field_data) \
    SAME(stat_tap_init_table) \
    SAME(stat_tap_init_table_row) \
    SAME(tap_queue_packet) \
    SAME(tvb_captured_length) \
    SAME(tvb_memcpy) \
    SAME(tvb_reported_length) \
    SAME(wmem_alloc)

/* A function whose number of arguments differs: host.c and host_stats.c cast it to what the running series has. */
typedef void (*host_any_function)(void);

/* Under a prototype that serves each series, or that no header at hand has: OTHER(result, name, arguments).
 * - An argument that is a bool here and an int there is passed as an int of 0 or 1, one that is 32 bits here and 64
 *   there as 64 bits.
 * - A result that is a bool here and an int there is an int of which HOST_TRUTH reads the low byte: of a bool no other
 *   byte is defined, and an int is 0 or 1.
 * - A result that only newer series give is not taken. */
#define HOST_OTHER(OTHER) \
    OTHER(int, col_get_writable, (column_info *, int)) \
    OTHER(void, col_set_writable, (column_info *, int, int)) \
    OTHER(void, expert_add_info, (packet_info *, proto_item *, expert_field *)) \
    OTHER(int, have_tap_listener, (int)) \
    OTHER(void, prefs_register_bool_preference, (module_t *, const char *, const char *, const char *, void *)) \
    OTHER(int, proto_field_is_referenced, (proto_tree *, int)) \
    OTHER(int, proto_is_protocol_enabled, (const protocol_t *)) \
    OTHER(void, proto_set_decoding, (int, int)) \
    OTHER(proto_item *, proto_tree_add_boolean, (proto_tree *, int, tvbuff_t *, int, int, uint64_t)) \
    OTHER(int, stats_tree_create_node, (stats_tree *, const char *, int, stat_node_datatype, int)) \
    OTHER(int, stats_tree_manip_node_int, (manip_node_mode, stats_tree *, const char *, int, int, int)) \
    OTHER(void, stats_tree_register_plugin, \
          (const char *, const char *, const char *, unsigned, stat_tree_packet_cb, stat_tree_init_cb, \
           stat_tree_cleanup_cb))

/* Takes another number of arguments in newer series: VARIES(name). */
#define HOST_VARIES(VARIES) VARIES(register_conversation_filter)

/* glib, which defines macros of these names: GLIB(result, member, name, arguments). */
#define HOST_GLIB(GLIB) \
    GLIB(void *, allocate, "g_malloc", (size_t)) \
    GLIB(void, release, "g_free", (void *)) \
    GLIB(char *, release_string, "g_string_free", (GString *, int)) \
    GLIB(int, read_file, "g_file_get_contents", (const char *, char **, size_t *, void *))

/* May be missing, and is NULL then: OPTIONAL(result, name, arguments). The flow graphs' header is not installed; their
 * prototypes are the same in every series, and only pointers are handed on. Older series have no
 * find_conversation_strat, newer ones two kinds of it. get_persconffile_path takes a bool or an int. qVersion is Qt's:
 * where it is, there is a window. */
struct host_flow_kind;
#define HOST_OPTIONAL(OPTIONAL) \
    OPTIONAL(void, find_conversation_strat, (void)) \
    OPTIONAL(char *, get_persconffile_path, (const char *, int)) \
    OPTIONAL(void, register_seq_analysis, (const char *, const char *, int, const char *, unsigned, tap_packet_cb)) \
    OPTIONAL(struct host_flow_kind *, sequence_analysis_find_by_name, (const char *)) \
    OPTIONAL(tap_packet_cb, sequence_analysis_get_packet_func, (struct host_flow_kind *)) \
    OPTIONAL(void *, sequence_analysis_info_new, (void)) \
    OPTIONAL(void, sequence_analysis_info_free, (void *)) \
    OPTIONAL(void, sequence_analysis_use_col_info_as_label_comment, (packet_info *, void *)) \
    OPTIONAL(const char *, qVersion, (void))

/* Variables: VARIABLE(type, name); the member points to it. */
#define HOST_VARIABLES(VARIABLE) \
    VARIABLE(e_prefs, prefs) \
    VARIABLE(int, proto_expert)

struct host_functions {
#define SAME(name) __typeof__(name) *name;
    HOST_SAME(SAME)
#undef SAME
#define OTHER(result, name, arguments) result(*name) arguments;
    HOST_OTHER(OTHER)
    HOST_OPTIONAL(OTHER)
#undef OTHER
#define VARIES(name) host_any_function name;
    HOST_VARIES(VARIES)
#undef VARIES
#define GLIB(result, member, name, arguments) result(*member) arguments;
    HOST_GLIB(GLIB)
#undef GLIB
#define VARIABLE(type, name) type *name;
    HOST_VARIABLES(VARIABLE)
#undef VARIABLE
};

#define HOST_TRUTH(call) (((unsigned)(call) & 0xffu) != 0)

#pragma GCC visibility push(hidden)
extern struct host_functions host;
#pragma GCC visibility pop

#endif
