/* connections.c: see connections.h. A row for each tcp.stream of which the listener's filter lets a segment through.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connections.h"

#include <stdio.h>
#include <time.h>

#include "draw.h"
#include "table.h"
#include "tapped.h"

#define NS_IN_S 1000000000LL

static struct table table;
static const uint16_t *table_fields;
static size_t field_count;

/* Row i of the table is connection i of the set. */
static synfin_set *set;
static synfin_request request;
static synfin_shown shown;

/* RFC 3339, in UTC. */
static void format_time(int64_t ns, char *cell)
{
    int64_t left = ns % NS_IN_S;
    time_t seconds = (time_t)(ns / NS_IN_S);
    const struct tm *parts;
    char date[32];
    if (left < 0) {
        left += NS_IN_S;
        seconds--;
    }
    parts = gmtime(&seconds);
    if (parts != NULL && strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", parts) != 0)
        (void)snprintf(cell, TABLE_CELL_MAX, "%s.%09lldZ", date, (long long)left);
}

/* Texts are sorted by their letters, so a time has room for a day's seconds in front of its point. */
static void format_value(const synfin_value *value, char *cell)
{
    long long number = (long long)value->number;
    if (value->text != NULL)
        (void)snprintf(cell, TABLE_CELL_MAX, "%s", value->text);
    else if (value->type == SYNFIN_TYPE_TIME)
        (void)snprintf(cell, TABLE_CELL_MAX, "%5lld.%09lld", number / NS_IN_S, number % NS_IN_S);
    else if (value->type == SYNFIN_TYPE_ABSOLUTE_TIME)
        format_time(value->number, cell);
    else
        (void)snprintf(cell, TABLE_CELL_MAX, "%lld", number);
}

static const synfin_value *value_of(uint16_t field)
{
    for (uint32_t i = 0; i < shown.value_count; i++) {
        if (shown.values[i].field == field)
            return &shown.values[i];
    }
    return NULL;
}

static void fill_row(stat_tap_table *rows, unsigned row)
{
    uint32_t stream = synfin_set_stream(set, row);
    if (!shim_is_ok(synfin_tracker_show_connection(shim.tracker, stream, &request, &shown)))
        return;
    table_set_number(rows, row, 0, stream);
    for (size_t i = 0; i < field_count; i++) {
        const synfin_value *value = value_of(table_fields[i]);
        char cell[TABLE_CELL_MAX] = "-";
        if (value != NULL)
            format_value(value, cell);
        table_set_text(&table, rows, row, i + 1, cell);
    }
}

/* Connections may have gone on since. */
static void settle(void *unused)
{
    stat_tap_table *rows = table_rows(&table);
    (void)unused;
    if (rows == NULL || shim.tracker == NULL)
        return;
    for (unsigned row = 0; row < rows->num_elements && row < synfin_set_count(set); row++)
        fill_row(rows, row);
}

static tap_packet_status add_segment(void *listener, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    static struct drawing drawing = {.settle = settle};
    const struct tapped *tapped = data;
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
    if (!shim_is_ok(synfin_set_meet(set, shim.tracker, tapped->frame, tapped->layer, &is_new)) || !is_new)
        return TAP_PACKET_DONT_REDRAW;
    table_add_row(&table, rows);
    fill_row(rows, rows->num_elements - 1);
    return TAP_PACKET_REDRAW;
}

/* A retap starts with an empty table. */
static void reset(stat_tap_table *rows)
{
    table_clear(rows);
    synfin_set_clear(set);
}

static void init(stat_tap_table_ui *ui)
{
    (void)ui;
    if (set == NULL)
        set = synfin_set_new();
    synfin_set_clear(set);
    table_begin(&table);
}

void connections_register(void)
{
    const synfin_field *fields = synfin_fields(shim.language, NULL);
    table_fields = synfin_table_fields(&field_count);
    if (field_count > TABLE_COLUMNS_MAX - 1)
        field_count = TABLE_COLUMNS_MAX - 1;
    request.struct_size = sizeof request;
    request.final_pass = 1;
    shown.struct_size = sizeof shown;
    table_add_numbers(&table, shim_word(SYNFIN_WORD_STREAM));
    for (size_t i = 0; i < field_count; i++) {
        table_add_texts(&table, fields[table_fields[i]].title);
        request.fields[table_fields[i] / 64] |= UINT64_C(1) << (table_fields[i] % 64);
    }
    table_register(&table, shim_title(SYNFIN_WORD_CONNECTIONS), "synfin,conn", init, add_segment, reset);
}
