/* stats.c: see stats.h.
 *
 * Each listener (a window, a -z) has a tally of its own. It counts a connection as what it was when this listener last
 * saw it. Before the tree is drawn, all connections are counted as what they are by then, and only then the rows are
 * written: Wireshark cannot remove a row, and it shows headings in the order in which they were made. So a row with a
 * count of 0 is shown only if an earlier drawing had a count for it.
 *
 * Wireshark hands the callbacks nothing but the tree, so the tally is found by it.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stats.h"

#include <stdlib.h>

#include "draw.h"
#include "host_stats.h"
#include "segment_tap.h"

#define ROOT 0

struct row {
    uint32_t count;
    bool is_made;
    int number; /* of a heading, as Wireshark numbers them */
};

struct listener {
    stats_tree *tree;
    synfin_tally *tally;
    struct row *rows;
    uint32_t *settled;
    struct drawing drawing;
    struct listener *next;
};

static const synfin_stat_node *nodes;
static size_t node_count;
static struct listener *listeners;

static struct listener *find_listener(const stats_tree *tree)
{
    struct listener *one = listeners;
    while (one != NULL && one->tree != tree)
        one = one->next;
    return one;
}

static void free_listener(struct listener *one)
{
    draw_forget(&one->drawing);
    synfin_tally_free(one->tally);
    free(one->rows);
    free(one->settled);
    free(one);
}

static void remove_listener(stats_tree *tree)
{
    for (struct listener **link = &listeners; *link != NULL; link = &(*link)->next) {
        struct listener *one = *link;
        if (one->tree != tree)
            continue;
        *link = one->next;
        free_listener(one);
        return;
    }
}

/* A heading is made together with its first row. The first heading has what people look for, so it stays on top: a
 * window would sort by name, backwards. */
static int heading(struct listener *one, size_t node)
{
    struct row *row = &one->rows[node];
    if (!row->is_made) {
        row->number = host_stats_heading(one->tree, nodes[node].name, ROOT);
        if (node == 0)
            host_stats_keep_on_top(one->tree, nodes[node].name, ROOT);
    }
    row->is_made = true;
    return row->number;
}

static void show_count(struct listener *one, size_t node)
{
    struct row *row = &one->rows[node];
    int32_t parent = nodes[node].parent;
    if (!row->is_made && row->count == 0)
        return;
    if (parent < 0)
        (void)heading(one, node);
    row->is_made = true;
    host_stats_set(one->tree, nodes[node].name, parent < 0 ? ROOT : heading(one, (size_t)parent), (int)row->count);
}

static void settle(void *data)
{
    struct listener *one = data;
    if (shim.tracker == NULL ||
        !shim_is_ok(synfin_tally_settle(one->tally, shim.tracker, one->settled, node_count)))
        return;
    for (size_t i = 0; i < node_count; i++) {
        one->rows[i].count = one->settled[i];
        show_count(one, i);
    }
}

/* Also called when the same tree starts again: a retap, another filter. */
static void init_tree(stats_tree *tree)
{
    struct listener *one = calloc(1, sizeof *one);
    remove_listener(tree);
    if (one == NULL)
        return;
    one->tree = tree;
    one->tally = synfin_tally_new();
    one->rows = calloc(node_count, sizeof one->rows[0]);
    one->settled = calloc(node_count, sizeof one->settled[0]);
    one->drawing = (struct drawing){.settle = settle, .data = one};
    if (one->rows == NULL || one->settled == NULL) {
        free_listener(one);
        return;
    }
    one->next = listeners;
    listeners = one;
}

static tap_packet_status count_segment(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                       tap_flags_t flags)
{
    const struct tapped_segment *tapped = data;
    struct listener *one = find_listener(tree);
    synfin_stat_changes changes = {.struct_size = sizeof changes};
    (void)pinfo;
    (void)edt;
    (void)flags;
    if (one == NULL)
        return TAP_PACKET_DONT_REDRAW;
    draw_watch(&one->drawing);
    if (!shim_is_ok(synfin_tally_add(one->tally, shim.tracker, tapped->frame, tapped->layer, &changes)))
        return TAP_PACKET_DONT_REDRAW;
    /* The listener of draw.c was called before this one, so what it settled lacks this segment. */
    if (segment_tap_is_last(tapped))
        settle(one);
    return changes.count == 0 ? TAP_PACKET_DONT_REDRAW : TAP_PACKET_REDRAW;
}

void stats_register(void)
{
    nodes = synfin_stat_nodes(shim.language, &node_count);
    host_register_stats_tree("synfin", "synfin", shim_title(SYNFIN_WORD_OUTCOMES), count_segment, init_tree,
                             remove_listener);
}
