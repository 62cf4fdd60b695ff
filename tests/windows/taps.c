/* taps.c: taps, their listeners and flow graphs of the stand-in; see host.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include <epan/tap.h>

#define ENTRIES_MAX 64

struct listener {
    struct listener *next;
    int tap;
    void *data;
    bool needs_draw;
    tap_reset_cb reset;
    tap_packet_cb packet;
    tap_draw_cb draw;
    tap_finish_cb finish;
};

struct queued {
    int tap;
    const void *data;
};

/* As libwireshark's own struct of this name, of which synfin sees pointers alone. */
struct register_analysis {
    const char *name;
    const char *title;
    int proto;
    const char *tap;
    guint flags;
    tap_packet_cb packet;
};

static const char *taps[ENTRIES_MAX];
static int tap_count;
static struct listener *listeners;
static struct queued queue[1024];
static size_t queue_count;
static bool are_delivered = true;
static struct register_analysis graphs[ENTRIES_MAX];
static int graph_count;

/* ---- taps */

int register_tap_name(const char *name)
{
    int found = find_tap_id(name);
    if (found != 0)
        return found;
    taps[tap_count++] = name;
    return tap_count;
}

int register_tap(const char *name)
{
    return register_tap_name(name);
}

int find_tap_id(const char *name)
{
    for (int i = 0; i < tap_count; i++) {
        if (strcmp(taps[i], name) == 0)
            return i + 1;
    }
    return 0;
}

truth have_tap_listener(int tap)
{
    for (const struct listener *one = listeners; one != NULL; one = one->next) {
        if (one->tap == tap)
            return TRUE;
    }
    return FALSE;
}

GString *register_tap_listener(const char *name, void *data, const char *filter, guint flags, tap_reset_cb reset,
                               tap_packet_cb packet, tap_draw_cb draw, tap_finish_cb finish)
{
    int tap = find_tap_id(name);
    struct listener *one;
    (void)flags;
    if (tap == 0)
        return g_string_new("there is no such tap");
    if (filter != NULL)
        return g_string_new("the stand-in has no filters");
    one = g_malloc0(sizeof *one);
    *one = (struct listener){.next = listeners, .tap = tap, .data = data, .needs_draw = true, .reset = reset,
                             .packet = packet, .draw = draw, .finish = finish};
    listeners = one;
    return NULL;
}

static void end_listener(struct listener *one)
{
    if (one->finish != NULL)
        one->finish(one->data);
    g_free(one);
}

void remove_tap_listener(void *data)
{
    for (struct listener **link = &listeners; *link != NULL; link = &(*link)->next) {
        struct listener *one = *link;
        if (one->data != data)
            continue;
        *link = one->next;
        end_listener(one);
        return;
    }
}

void taps_deliver(bool deliver)
{
    are_delivered = deliver;
}

void tap_queue_packet(int tap, packet_info *pinfo, const void *data)
{
    (void)pinfo;
    if (!are_delivered)
        return;
    if (queue_count == sizeof queue / sizeof queue[0]) {
        fprintf(stderr, "stand-in: the queue of taps is full\n");
        exit(70);
    }
    queue[queue_count++] = (struct queued){tap, data};
}

/* A listener may make another while it is called: that one comes first in the list. */
void taps_of_frame(packet_info *pinfo, epan_dissect_t *edt)
{
    for (size_t i = 0; i < queue_count; i++) {
        for (struct listener *one = listeners; one != NULL; one = one->next) {
            if (one->tap == queue[i].tap && one->packet != NULL &&
                one->packet(one->data, pinfo, edt, queue[i].data, 0) == TAP_PACKET_REDRAW)
                one->needs_draw = true;
        }
    }
    queue_count = 0;
}

void taps_reset(void)
{
    for (struct listener *one = listeners; one != NULL; one = one->next) {
        if (one->reset != NULL)
            one->reset(one->data);
        one->needs_draw = true;
    }
}

void taps_draw(void)
{
    for (struct listener *one = listeners; one != NULL; one = one->next) {
        if (one->needs_draw && one->draw != NULL)
            one->draw(one->data);
        one->needs_draw = false;
    }
}

void taps_finish(void)
{
    while (listeners != NULL) {
        struct listener *one = listeners;
        listeners = one->next;
        end_listener(one);
    }
}

/* ---- flow graphs. Their header is not among those that Wireshark installs. */

void register_seq_analysis(const char *name, const char *title, int proto, const char *tap, guint flags,
                           tap_packet_cb packet);
struct register_analysis *sequence_analysis_find_by_name(const char *name);
tap_packet_cb sequence_analysis_get_packet_func(struct register_analysis *graph);

void register_seq_analysis(const char *name, const char *title, int proto, const char *tap, guint flags,
                           tap_packet_cb packet)
{
    graphs[graph_count++] = (struct register_analysis){name, title, proto, tap, flags, packet};
}

/* As the graph of all frames: the columns and the addresses say what the arrow is. */
static tap_packet_status draw_any(void *graph, packet_info *pinfo, epan_dissect_t *edt, const void *data, tap_flags_t flags)
{
    (void)graph, (void)edt, (void)data, (void)flags;
    printf("  arrow from port %u to port %u, addresses of %d and %d bytes", (unsigned)pinfo->srcport, (unsigned)pinfo->destport,
           pinfo->src.len, pinfo->dst.len);
    print_columns();
    return TAP_PACKET_REDRAW;
}

struct register_analysis *sequence_analysis_find_by_name(const char *name)
{
    static struct register_analysis any = {.name = "any", .packet = draw_any};
    if (strcmp(name, "any") == 0)
        return &any;
    for (int i = 0; i < graph_count; i++) {
        if (strcmp(graphs[i].name, name) == 0)
            return &graphs[i];
    }
    return NULL;
}

tap_packet_cb sequence_analysis_get_packet_func(struct register_analysis *graph)
{
    return graph == NULL ? NULL : graph->packet;
}

/* -z flow,NAME */
void begin_flow_graph(const char *name)
{
    struct register_analysis *graph = sequence_analysis_find_by_name(name);
    if (graph == NULL || register_tap_listener(graph->tap, graph, NULL, graph->flags, NULL, graph->packet, NULL, NULL) != NULL) {
        fprintf(stderr, "stand-in: no flow graph %s\n", name);
        exit(64);
    }
    printf("flow graph %s: %s, of %s\n", graph->name, graph->title, proto_name(graph->proto));
}
