/* stats.c: the statistics tree, -z synfin,tree and the Statistics menu.
 *
 * Each listener (a window, a -z) has a tally of its own, which counts a connection under what it was when this listener
 * last saw it; in a first pass all are counted again under what they have become before the tree is drawn. Wireshark
 * hands the callbacks nothing but the tree, so the tally is found by it.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <glib.h>

#define ROOT 0

struct listener {
    stats_tree *tree;
    synfin_tally *tally;
    int *numbers; /* of each node, as Wireshark numbers headings */
    uint32_t *counts;
    bool settles; /* before it is drawn */
    struct listener *next;
};

static struct listener *listeners;

static struct listener *find_listener(const stats_tree *tree)
{
    struct listener *one = listeners;
    while (one != NULL && one->tree != tree)
        one = one->next;
    return one;
}

static void remove_listener(stats_tree *tree)
{
    for (struct listener **link = &listeners; *link != NULL; link = &(*link)->next) {
        struct listener *one = *link;
        if (one->tree != tree)
            continue;
        *link = one->next;
        if (one->settles)
            draw_forget(one);
        synfin_tally_free(one->tally);
        g_free(one->numbers);
        g_free(one->counts);
        g_free(one);
        return;
    }
}

/* Also called when the same tree starts again: a retap, another filter. */
static void init_tree(stats_tree *tree)
{
    size_t count;
    const synfin_stat_node *nodes = synfin_stat_nodes(shim.language, &count);
    struct listener *one;
    remove_listener(tree);
    one = g_new0(struct listener, 1);
    one->tree = tree;
    one->tally = synfin_tally_new();
    one->numbers = g_new0(int, count);
    one->counts = g_new0(uint32_t, count);
    one->next = listeners;
    listeners = one;
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].parent < 0)
            one->numbers[i] = host_stats_heading(tree, nodes[i].name, ROOT);
        else
            host_stats_set(tree, nodes[i].name, one->numbers[nodes[i].parent], 0);
    }
}

static void show_count(struct listener *one, size_t node)
{
    const synfin_stat_node *shown = &synfin_stat_nodes(shim.language, NULL)[node];
    host_stats_set(one->tree, shown->name, shown->parent < 0 ? ROOT : one->numbers[shown->parent],
                   (int)one->counts[node]);
}

static void change(struct listener *one, const synfin_stat_change *delta)
{
    size_t count;
    (void)synfin_stat_nodes(shim.language, &count);
    if (delta->node >= count)
        return;
    one->counts[delta->node] += (uint32_t)delta->delta;
    show_count(one, delta->node);
}

static void settle(void *data)
{
    struct listener *one = data;
    size_t count;
    (void)synfin_stat_nodes(shim.language, &count);
    if (shim.tracker == NULL || !shim_is_ok(synfin_tally_settle(one->tally, shim.tracker, one->counts, count)))
        return;
    for (size_t i = 0; i < count; i++)
        show_count(one, i);
}

static void no_longer(void *data)
{
    struct listener *one = data;
    one->settles = false;
}

static tap_packet_status count_segment(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                       tap_flags_t flags)
{
    const struct shim_tapped *tapped = data;
    struct listener *one = find_listener(tree);
    synfin_stat_changes changes;
    (void)pinfo;
    (void)edt;
    (void)flags;
    if (one == NULL)
        return TAP_PACKET_DONT_REDRAW;
    if (!tapped->final_pass && !one->settles)
        one->settles = draw_settle(one, settle, no_longer);
    changes.struct_size = sizeof changes;
    if (!shim_is_ok(synfin_tally_add(one->tally, shim.tracker, tapped->note.segment.frame, tapped->note.segment.layer,
                                     &changes)))
        return TAP_PACKET_DONT_REDRAW;
    for (uint32_t i = 0; i < changes.count; i++)
        change(one, &changes.changes[i]);
    return changes.count == 0 ? TAP_PACKET_DONT_REDRAW : TAP_PACKET_REDRAW;
}

void stats_handoff(void)
{
    host_register_stats_tree("synfin", "synfin", "TCP Lifecycle", count_segment, init_tree, remove_listener);
}
