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

void host_register_command(const char *name, const char *title, int (*begin)(const char *argument, void *unused))
{
    static stat_tap_ui commands[HOST_COMMANDS_MAX];
    static size_t count;
    stat_tap_ui *ui;
    if (count == HOST_COMMANDS_MAX)
        return;
    ui = &commands[count++];
    ui->group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
    ui->title = title;
    ui->cli_string = name;
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

void host_stats_keep_on_top(stats_tree *tree, const char *name, int parent)
{
    (void)host.stats_tree_manip_node_int(MN_SET_FLAGS, tree, name, parent, 1, ST_FLG_SORT_TOP);
}

void host_stats_set(stats_tree *tree, const char *name, int parent, int count)
{
    (void)host.stats_tree_manip_node_int(MN_SET, tree, name, parent, 0, count);
}

typedef int (*is_filter_valid)(packet_info *);
typedef char *(*build_filter)(packet_info *);
typedef void (*register_filter_4)(const char *, const char *, is_filter_valid, build_filter);
typedef void (*register_filter_5)(const char *, const char *, is_filter_valid, build_filter, void *);

void host_register_conversation_filter(const char *title, int (*is_valid)(packet_info *pinfo),
                                       char *(*build)(packet_info *pinfo))
{
    /* Newer series also hand a pointer of the caller to the callbacks. These do not need it. */
    if (host_layout->filter_has_user_data)
        ((register_filter_5)host.register_conversation_filter)("synfin", title, is_valid, build, NULL);
    else
        ((register_filter_4)host.register_conversation_filter)("synfin", title, is_valid, build);
}
