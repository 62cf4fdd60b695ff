/* host_stats.c: see host_stats.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host_stats.h"

#include <stdio.h>

#include "host.h"
#include "host_inside.h"

bool host_has_listener(int tap)
{
    return HOST_TRUTH(host.have_tap_listener(tap));
}

bool host_listen(const char *tap, void *data, const char *filter, tap_reset_cb reset, tap_packet_cb packet,
                 tap_draw_cb draw, tap_finish_cb finish, char *error, size_t room)
{
    GString *refusal = host.register_tap_listener(tap, data, filter, 0, reset, packet, draw, finish);
    if (refusal == NULL)
        return true;
    (void)snprintf(error, room, "%s", refusal->str);
    (void)host.release_string(refusal, 1);
    return false;
}

void host_register_command(stat_tap_ui *ui, int (*begin)(const char *argument, void *unused))
{
    ui->tap_init_cb = (stat_tap_init_cb)(host_any_function)begin;
    host.register_stat_tap_ui(ui, NULL);
}

void host_register_stats_tree(const char *tap, const char *abbreviation, const char *menu, stat_tree_packet_cb packet,
                              stat_tree_init_cb init, stat_tree_cleanup_cb cleanup)
{
    host.stats_tree_register_plugin(tap, abbreviation, menu, 0, packet, init, cleanup);
}

int host_stats_heading(stats_tree *tree, const char *name, int parent)
{
    return host.stats_tree_create_node(tree, name, parent, STAT_DT_INT, 1);
}

void host_stats_set(stats_tree *tree, const char *name, int parent, int count)
{
    (void)host.stats_tree_manip_node_int(MN_SET, tree, name, parent, 0, count);
}

void host_register_flow_graph(const char *name, const char *title, int proto, const char *tap, tap_packet_cb segment)
{
    if (host.register_seq_analysis != NULL && host.sequence_analysis_find_by_name != NULL &&
        host.sequence_analysis_get_packet_func != NULL)
        host.register_seq_analysis(name, title, proto, tap, TL_REQUIRES_COLUMNS, segment);
}

/* Wireshark's graph of all frames labels an arrow with the Info column, and what stands beside it with the Protocol and
 * Info columns. So it draws this arrow when those columns hold these texts for as long as that takes. */
tap_packet_status host_draw_arrow(void *graph, packet_info *pinfo, epan_dissect_t *edt, tap_flags_t flags,
                                  const host_flow *flow, const char *label, const char *margin)
{
    struct host_flow_kind *all_frames = host.sequence_analysis_find_by_name("any");
    host_columns columns;
    host_flow saved;
    host_flow replaced;
    tap_packet_status status;
    if (all_frames == NULL)
        return TAP_PACKET_DONT_REDRAW;
    host_exchange_flow(pinfo, flow, &saved);
    host_exchange_columns(pinfo, label, margin, &columns);
    status = host.sequence_analysis_get_packet_func(all_frames)(graph, pinfo, edt, NULL, flags);
    host_put_back_columns(pinfo, &columns);
    host_exchange_flow(pinfo, &saved, &replaced);
    return status;
}

typedef int (*is_filter_valid)(packet_info *);
typedef char *(*build_filter)(packet_info *);
typedef void (*register_filter_4)(const char *, const char *, is_filter_valid, build_filter);
typedef void (*register_filter_5)(const char *, const char *, is_filter_valid, build_filter, void *);

void host_register_conversation_filter(const char *title, int (*is_valid)(packet_info *pinfo),
                                       char *(*build)(packet_info *pinfo))
{
    /* Newer series hand the callbacks a pointer of the caller's as well, which these do not need. */
    if (host_layout->filter_has_user_data)
        ((register_filter_5)host.register_conversation_filter)("synfin", title, is_valid, build, NULL);
    else
        ((register_filter_4)host.register_conversation_filter)("synfin", title, is_valid, build);
}
