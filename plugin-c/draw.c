/* draw.c: see draw.h.
 *
 * In a first pass a listener's filter may pass an early segment of a connection and none of the later ones. What the
 * listener noted is then out of date when its statistics are drawn. Wireshark does not tell a tree or a table that it
 * is about to be drawn, but it does tell tap listeners, the newest one first. So a listener of our own brings the
 * statistics up to date. The window of a table draws itself after the last frame and tells nobody: therefore the last
 * frame of a final pass brings them up to date too.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "draw.h"

#include "host_stats.h"
#include "segment_tap.h"

#define ERROR_MAX 256

static tap_packet_status see_frame(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *tapped,
                                   tap_flags_t flags)
{
    const struct drawing *drawing = data;
    (void)pinfo;
    (void)edt;
    (void)flags;
    if (segment_tap_is_last(tapped))
        drawing->settle(drawing->data);
    return TAP_PACKET_REDRAW;
}

static void draw(void *data)
{
    const struct drawing *drawing = data;
    drawing->settle(drawing->data);
}

/* Called at the end of the program and by draw_forget(). */
static void finish(void *data)
{
    struct drawing *drawing = data;
    drawing->is_watched = false;
}

void draw_watch(struct drawing *drawing)
{
    char error[ERROR_MAX];
    if (!drawing->is_watched)
        drawing->is_watched = host_listen("synfin", drawing, NULL, NULL, see_frame, draw, finish, error, sizeof error);
}

void draw_forget(struct drawing *drawing)
{
    if (drawing->is_watched)
        host.remove_tap_listener(drawing);
}
