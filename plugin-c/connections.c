/* connections.c: see connections.h. It has a row for each tcp.stream that has a segment which passes the listener's
 * filter.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connections.h"

#include "draw.h"
#include "segment_tap.h"
#include "table.h"

static struct table table;

/* Row i of the table is connection i of the set. */
static synfin_shown shown;

static void fill_row(stat_tap_table *rows, unsigned row)
{
    uint32_t stream = synfin_set_stream(table.set, row);
    if (shim_is_ok(synfin_tracker_show_connection(shim.tracker, stream, &shown)))
        table_set_row(&table, rows, row, &shown);
}

/* Connections may have gone on since their rows were filled. */
static void settle(void *unused)
{
    stat_tap_table *rows = table_rows(&table);
    (void)unused;
    if (rows == NULL || shim.tracker == NULL)
        return;
    for (unsigned row = 0; row < host_table_count(rows) && row < synfin_set_count(table.set); row++)
        fill_row(rows, row);
}

static tap_packet_status add_segment(void *listener, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    static struct drawing drawing = {.settle = settle};
    const struct tapped_segment *tapped = data;
    stat_tap_table *rows = table_rows(&table);
    uint8_t is_new = 0;
    (void)listener;
    (void)pinfo;
    (void)edt;
    (void)flags;
    if (rows == NULL)
        return TAP_PACKET_DONT_REDRAW;
    if (!tapped->final_pass)
        draw_watch(&drawing);
    if (!shim_is_ok(synfin_set_meet(table.set, shim.tracker, tapped->frame, tapped->layer, &is_new)) || !is_new)
        return TAP_PACKET_DONT_REDRAW;
    table_add_row(&table, rows);
    fill_row(rows, host_table_count(rows) - 1);
    return TAP_PACKET_REDRAW;
}

/* A retap starts with an empty table. */
static void reset(stat_tap_table *rows)
{
    table_reset(&table, rows);
}

void connections_register(void)
{
    size_t count;
    const char *const *titles = synfin_connection_columns(shim.language, &count);
    shown.struct_size = sizeof shown;
    table_add_numbers(&table, titles[0]);
    for (size_t i = 1; i < count; i++)
        table_add_texts(&table, titles[i]);
    table_register(&table, shim_title(SYNFIN_WORD_CONNECTIONS), "synfin,conn", add_segment, reset);
}
