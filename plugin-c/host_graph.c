/* host_graph.c: see host_graph.h.
 *
 * The flow graphs' header is not installed, so their structures are not known at compile time. Wireshark's graph of all
 * frames draws the arrow for us, and then we replace the text beside it. We find the place of that text by looking at
 * what Wireshark's own functions write into a new graph and into an empty item. When a build does not write there what
 * we expect, the text of Wireshark stays: "margin: label", or only the label when there is no Protocol column.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host_graph.h"

#include <stdio.h>
#include <stdlib.h>

#include "host.h"
#include "host_inside.h"

/* tshark cuts the label of an arrow at this many columns; a window does not cut it. */
#define LABEL_MAX 20
#define MARGIN_MAX 256

/* A graph: a name, two numbers in 8 bytes, the queue of its items. An item begins with the frame's number. */
#define GRAPH_ITEMS 16
#define GRAPH_SIZE_LEAST 32
/* An item has 140 bytes or so; its texts are somewhere in it. */
#define ITEM_SIZE_MOST 512
#define POINTERS_MOST (ITEM_SIZE_MOST / sizeof(char *))

struct places {
    bool is_tried;
    bool is_known;
    size_t label;
    size_t comment;
};

void host_register_flow_graph(const char *name, const char *title, int proto, const char *tap, tap_packet_cb segment)
{
    if (host.register_seq_analysis != NULL && host.sequence_analysis_find_by_name != NULL &&
        host.sequence_analysis_get_packet_func != NULL)
        host.register_seq_analysis(name, title, proto, tap, TL_REQUIRES_COLUMNS, segment);
}

/* ---- where things are ------------------------------------------------------------------------------------ */

/* Whether a new graph has an empty queue where we look for it, and its table of items behind that. */
static bool has_queue(void)
{
    static const GQueue empty;
    void *graph;
    const GQueue *items;
    bool found;
    if (host.sequence_analysis_info_new == NULL || host.sequence_analysis_info_free == NULL)
        return false;
    graph = host.sequence_analysis_info_new();
    items = host_pointer_at(graph, GRAPH_ITEMS);
    found = host_pointer_at(graph, 0) == NULL && host_pointer_at(graph, 8) == NULL && items != NULL &&
            host_pointer_at(graph, GRAPH_SIZE_LEAST - sizeof(void *)) != NULL &&
            memcmp(items, &empty, sizeof items->head + sizeof items->tail + sizeof items->length) == 0;
    host.sequence_analysis_info_free(graph);
    return found;
}

/* Whether Wireshark writes two texts into an empty item: the label, and behind it the text beside the arrow, which ends
 * with the label. `pinfo` has the label in its Info column. */
static bool has_texts(packet_info *pinfo, const char *label, struct places *places)
{
    char *item[POINTERS_MOST] = {NULL};
    size_t written[2] = {0, 0};
    size_t count = 0;
    bool found;
    if (host.sequence_analysis_use_col_info_as_label_comment == NULL)
        return false;
    host.sequence_analysis_use_col_info_as_label_comment(pinfo, item);
    for (size_t i = 0; i < POINTERS_MOST; i++) {
        if (item[i] == NULL)
            continue;
        if (count < 2)
            written[count] = i;
        count++;
    }
    found = count == 2 && strcmp(item[written[0]], label) == 0 && strlen(item[written[1]]) >= strlen(label) &&
            strcmp(item[written[1]] + strlen(item[written[1]]) - strlen(label), label) == 0;
    places->label = written[0] * sizeof(char *);
    places->comment = written[1] * sizeof(char *);
    if (count <= 2) {
        host.release(item[written[0]]);
        if (count == 2)
            host.release(item[written[1]]);
    }
    return found;
}

/* ---- drawing --------------------------------------------------------------------------------------------- */

static char *margin_of(const char *label, const char *margin)
{
    char *text = host.allocate(MARGIN_MAX);
    bool is_cut = strlen(label) > LABEL_MAX && host.qVersion == NULL;
    (void)snprintf(text, MARGIN_MAX, "%s%s%s", margin, is_cut ? ": " : "", is_cut ? label : "");
    return text;
}

/* Replaces the text beside the last arrow of the graph, if that is the one that was just drawn. */
static void write_margin(void *graph, const packet_info *pinfo, const char *label, const char *margin,
                         const struct places *places)
{
    const GQueue *items = host_pointer_at(graph, GRAPH_ITEMS);
    char *item = items == NULL || items->tail == NULL ? NULL : items->tail->data;
    const char *drawn = item == NULL ? NULL : host_pointer_at(item, places->label);
    char *text;
    if (drawn == NULL || host_number_at(item, 0) != host_frame_number(pinfo) || strcmp(drawn, label) != 0)
        return;
    host.release(host_pointer_at(item, places->comment));
    text = margin_of(label, margin);
    memcpy(item + places->comment, &text, sizeof text);
}

/* Wireshark's graph of all frames takes the label of an arrow from the Info column, and the text beside it from the
 * Protocol and Info columns. So those columns hold our texts while it draws. */
tap_packet_status host_draw_arrow(void *graph, packet_info *pinfo, epan_dissect_t *edt, tap_flags_t flags,
                                  const host_flow *flow, const char *label, const char *margin)
{
    static struct places places;
    struct host_flow_kind *all_frames = host.sequence_analysis_find_by_name("any");
    host_columns columns;
    host_flow saved;
    host_flow replaced;
    tap_packet_status status;
    if (all_frames == NULL)
        return TAP_PACKET_DONT_REDRAW;
    host_exchange_flow(pinfo, flow, &saved);
    host_exchange_columns(pinfo, label, margin, &columns);
    if (!places.is_tried)
        places.is_known = has_queue() && has_texts(pinfo, label, &places);
    places.is_tried = true;
    status = host.sequence_analysis_get_packet_func(all_frames)(graph, pinfo, edt, NULL, flags);
    if (status == TAP_PACKET_REDRAW && places.is_known)
        write_margin(graph, pinfo, label, margin, &places);
    host_put_back_columns(pinfo, &columns);
    host_exchange_flow(pinfo, &saved, &replaced);
    return status;
}
