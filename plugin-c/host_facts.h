/* host_facts.h: everything the shim has to know about Wireshark's structures, as expressions over its headers.
 *
 * Two readers. `cargo xtask host layout` has xtask/src/host/layout/facts.c compiled with the headers of each series and
 * system, and writes the values into host_layout.h; host_load.c asserts at compile time that they are right for the
 * headers at hand. A fact is added here and nowhere else.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_FACTS_H
#define SYNFIN_HOST_FACTS_H

#include <stddef.h>
#include <epan/packet.h>
#include <epan/column-utils.h>
#include <epan/conversation.h>
#include <epan/conversation_filter.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/expert.h>
#include <epan/prefs.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>
#include <ws_version.h>
#if __has_include(<epan/dissectors/packet-ip.h>)
#include <epan/dissectors/packet-ip.h>
#endif

/* A preference of the newer series; 0: there is none. */
#ifdef CONV_DEINT_KEY_INTERFACE
#define HOST_DEINTERLACING_AT offsetof(e_prefs, conversation_deinterlacing_key)
#else
#define HOST_DEINTERLACING_AT 0
#endif

/* Differ between series or systems: ROW(name, expression). */
#define HOST_VARYING_FACTS(ROW) \
    ROW(pinfo_current_proto, offsetof(packet_info, current_proto)) \
    ROW(pinfo_cinfo, offsetof(packet_info, cinfo)) \
    ROW(pinfo_presence_flags, offsetof(packet_info, presence_flags)) \
    ROW(pinfo_num, offsetof(packet_info, num)) \
    ROW(pinfo_abs_ts, offsetof(packet_info, abs_ts)) \
    ROW(pinfo_fd, offsetof(packet_info, fd)) \
    ROW(pinfo_dl_src, offsetof(packet_info, dl_src)) \
    ROW(pinfo_dl_dst, offsetof(packet_info, dl_dst)) \
    ROW(pinfo_src, offsetof(packet_info, src)) \
    ROW(pinfo_dst, offsetof(packet_info, dst)) \
    ROW(pinfo_vlan_id, offsetof(packet_info, vlan_id)) \
    ROW(pinfo_flags, offsetof(packet_info, flags)) \
    ROW(pinfo_ptype, offsetof(packet_info, ptype)) \
    ROW(pinfo_srcport, offsetof(packet_info, srcport)) \
    ROW(pinfo_destport, offsetof(packet_info, destport)) \
    ROW(pinfo_pool, offsetof(packet_info, pool)) \
    ROW(frame_abs_ts, offsetof(frame_data, abs_ts)) \
    ROW(frame_file_off, offsetof(frame_data, file_off)) \
    ROW(tcp_stream, offsetof(struct tcp_analysis, stream)) \
    ROW(node_finfo, offsetof(proto_node, finfo)) \
    ROW(finfo_flags, offsetof(field_info, flags)) \
    ROW(bool_size, sizeof(((packet_info *)NULL)->fragmented)) \
    ROW(prefs_deinterlacing, HOST_DEINTERLACING_AT) \
    ROW(col_info, COL_INFO) \
    ROW(col_protocol, COL_PROTOCOL) \
    ROW(col_expert, COL_EXPERT) \
    ROW(filter_has_user_data, \
        !__builtin_types_compatible_p(__typeof__(register_conversation_filter), \
                                      void(const char *, const char *, is_filter_valid_func, build_filter_string_func)))

/* Differ too, and C has no constant expression for them: ROW(name, type, member). Each gives name_at, the
 * byte that the member changes, and name_mask, the bits in it. */
#define HOST_FLAG_FACTS(ROW) \
    ROW(pinfo_fragmented, packet_info, fragmented) \
    ROW(pinfo_in_error_pkt, packet_info, flags.in_error_pkt) \
    ROW(frame_visited, frame_data, visited)

/* The same in every supported series, so the compiler's view of them holds everywhere: ROW(name, expression). */
#define HOST_COMMON_FACTS(ROW) \
    ROW(address_size, sizeof(address)) \
    ROW(address_type, offsetof(address, type)) \
    ROW(address_len, offsetof(address, len)) \
    ROW(address_data, offsetof(address, data)) \
    ROW(at_ipv4, AT_IPv4) \
    ROW(at_ipv6, AT_IPv6) \
    ROW(pt_tcp, PT_TCP) \
    ROW(conversation_tcp, CONVERSATION_TCP) \
    ROW(nstime_size, sizeof(nstime_t)) \
    ROW(nstime_nsecs, offsetof(nstime_t, nsecs)) \
    ROW(pinfo_has_ts, PINFO_HAS_TS) \
    ROW(fi_generated, FI_GENERATED) \
    ROW(fi_hidden, FI_HIDDEN) \
    ROW(hf_size, sizeof(hf_register_info)) \
    ROW(hf_info, offsetof(hf_register_info, hfinfo)) \
    ROW(hf_info_size, sizeof(header_field_info)) \
    ROW(hf_type, offsetof(header_field_info, type)) \
    ROW(hf_display, offsetof(header_field_info, display)) \
    ROW(hf_strings, offsetof(header_field_info, strings)) \
    ROW(hf_bitmask, offsetof(header_field_info, bitmask)) \
    ROW(hf_blurb, offsetof(header_field_info, blurb)) \
    ROW(hf_id, offsetof(header_field_info, id)) \
    ROW(hf_ref_type, offsetof(header_field_info, ref_type)) \
    ROW(hf_same_name, offsetof(header_field_info, same_name_prev_id)) \
    ROW(plugin_size, sizeof(proto_plugin)) \
    ROW(plugin_handoff, offsetof(proto_plugin, register_handoff)) \
    ROW(ref_none, HF_REF_TYPE_NONE) \
    ROW(ref_direct, HF_REF_TYPE_DIRECT) \
    ROW(ei_size, sizeof(ei_register_info)) \
    ROW(ei_info, offsetof(ei_register_info, eiinfo)) \
    ROW(ei_info_group, offsetof(expert_field_info, group)) \
    ROW(ei_info_severity, offsetof(expert_field_info, severity)) \
    ROW(ei_info_summary, offsetof(expert_field_info, summary)) \
    ROW(ei_info_hf, offsetof(expert_field_info, hf_info)) \
    ROW(expert_field_size, sizeof(expert_field)) \
    ROW(ft_protocol, FT_PROTOCOL) \
    ROW(ft_boolean, FT_BOOLEAN) \
    ROW(ft_uint8, FT_UINT8) \
    ROW(ft_uint32, FT_UINT32) \
    ROW(ft_uint64, FT_UINT64) \
    ROW(ft_int32, FT_INT32) \
    ROW(ft_int64, FT_INT64) \
    ROW(ft_absolute_time, FT_ABSOLUTE_TIME) \
    ROW(ft_relative_time, FT_RELATIVE_TIME) \
    ROW(ft_string, FT_STRING) \
    ROW(ft_framenum, FT_FRAMENUM) \
    ROW(base_none, BASE_NONE) \
    ROW(base_dec, BASE_DEC) \
    ROW(absolute_time_utc, ABSOLUTE_TIME_UTC) \
    ROW(pi_chat, PI_CHAT) \
    ROW(pi_note, PI_NOTE) \
    ROW(pi_warn, PI_WARN) \
    ROW(pi_error, PI_ERROR) \
    ROW(pi_sequence, PI_SEQUENCE) \
    ROW(pi_protocol, PI_PROTOCOL) \
    ROW(pi_response_code, PI_RESPONSE_CODE) \
    ROW(stat_dt_int, STAT_DT_INT) \
    ROW(mn_set, MN_SET) \
    ROW(mn_set_flags, MN_SET_FLAGS) \
    ROW(sort_top, ST_FLG_SORT_TOP) \
    ROW(tap_dont_redraw, TAP_PACKET_DONT_REDRAW) \
    ROW(tap_redraw, TAP_PACKET_REDRAW) \
    ROW(tap_failed, TAP_PACKET_FAILED) \
    ROW(tap_needs_columns, TL_REQUIRES_COLUMNS) \
    ROW(table_ui_size, sizeof(stat_tap_table_ui)) \
    ROW(table_ui_cli, offsetof(stat_tap_table_ui, cli_string)) \
    ROW(table_ui_init, offsetof(stat_tap_table_ui, stat_tap_init_cb)) \
    ROW(table_ui_packet, offsetof(stat_tap_table_ui, packet_func)) \
    ROW(table_ui_reset, offsetof(stat_tap_table_ui, stat_tap_reset_table_cb)) \
    ROW(table_ui_free, offsetof(stat_tap_table_ui, stat_tap_free_table_item_cb)) \
    ROW(table_ui_nfields, offsetof(stat_tap_table_ui, nfields)) \
    ROW(table_ui_params, offsetof(stat_tap_table_ui, params)) \
    ROW(table_ui_tables, offsetof(stat_tap_table_ui, tables)) \
    ROW(table_item_size, sizeof(stat_tap_table_item)) \
    ROW(table_item_format, offsetof(stat_tap_table_item, field_format)) \
    ROW(table_data_size, sizeof(stat_tap_table_item_type)) \
    ROW(table_data_value, offsetof(stat_tap_table_item_type, value)) \
    ROW(table_data_user, offsetof(stat_tap_table_item_type, user_data)) \
    ROW(table_size, sizeof(stat_tap_table)) \
    ROW(table_rows, offsetof(stat_tap_table, num_elements)) \
    ROW(table_uint, TABLE_ITEM_UINT) \
    ROW(table_string, TABLE_ITEM_STRING) \
    ROW(stat_data_ui, offsetof(stat_data_t, stat_tap_data)) \
    ROW(tap_param_size, sizeof(tap_param)) \
    ROW(tap_param_optional, offsetof(tap_param, optional)) \
    ROW(param_filter, PARAM_FILTER) \
    ROW(group_unsorted, REGISTER_PACKET_STAT_GROUP_UNSORTED)

/* What the IPv4 and IPv6 dissectors hand to the dissectors above them: ROW(name, expression). The same in every series,
 * but not in the headers that are bundled for series and systems out of reach. */
#if __has_include(<epan/dissectors/packet-ip.h>)
#define HOST_IP_FACTS(ROW) \
    ROW(ip4_ver, offsetof(ws_ip4, ip_ver)) \
    ROW(ip4_id, offsetof(ws_ip4, ip_id)) \
    ROW(ip4_ttl, offsetof(ws_ip4, ip_ttl)) \
    ROW(ip4_src, offsetof(ws_ip4, ip_src)) \
    ROW(ip6_ver, offsetof(ws_ip6, ip6_ver)) \
    ROW(ip6_hop, offsetof(ws_ip6, ip6_hop)) \
    ROW(ip6_src, offsetof(ws_ip6, ip6_src))
#else
#define HOST_IP_FACTS(ROW)
#endif

#endif
