/* servers.c: see servers.h. It has a row for each server of the connections that the listener has met.
 *
 * The servers are counted when the table is about to be drawn, not with every segment.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "servers.h"

#include "draw.h"
#include "segment_tap.h"
#include "table.h"

static struct table table;
static synfin_shown shown;

static void fill_row(stat_tap_table *rows, unsigned row)
{
    if (shim_is_ok(synfin_set_server(table.set, row, &shown)))
        table_set_row(&table, rows, row, &shown);
}

static void settle(void *unused)
{
    stat_tap_table *rows = table_rows(&table);
    uint32_t count;
    (void)unused;
    if (rows == NULL || shim.tracker == NULL || !shim_is_ok(synfin_set_count_servers(table.set, shim.tracker, &count)))
        return;
    while (host_table_count(rows) < count)
        table_add_row(&table, rows);
    for (unsigned row = 0; row < count; row++)
        fill_row(rows, row);
}

static tap_packet_status add_segment(void *listener, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    static struct drawing drawing = {.settle = settle};
    const struct tapped_segment *tapped = data;
    uint8_t is_new = 0;
    (void)listener;
    (void)pinfo;
    (void)edt;
    (void)flags;
    draw_watch(&drawing);
    if (!shim_is_ok(synfin_set_meet(table.set, shim.tracker, tapped->frame, tapped->layer, &is_new)))
        return TAP_PACKET_DONT_REDRAW;
    /* The listener of draw.c was called before this one, so what it settled lacks this segment. */
    if (segment_tap_is_last(tapped))
        settle(NULL);
    return is_new != 0 ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

static void reset(stat_tap_table *rows)
{
    table_reset(&table, rows);
}

void servers_register(void)
{
    size_t count;
    const char *const *titles = synfin_server_columns(shim.language, &count);
    shown.struct_size = sizeof shown;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && i <= SYNFIN_SERVER_COUNTS)
            table_add_numbers(&table, titles[i]);
        else
            table_add_texts(&table, titles[i]);
    }
    table_register(&table, shim_title(SYNFIN_WORD_SERVERS), "synfin,servers", add_segment, reset);
}
