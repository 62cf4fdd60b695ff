/* table.c: the connection table, -z synfin,conn and the Statistics menu: a row for each tcp.stream.
 *
 * Wireshark's table interface prints a format and a heading for each column; both are rewritten here as longer values
 * turn up, so that the columns stand in line.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <stdio.h>
#include <string.h>
#include <glib.h>
#include <epan/stat_tap_ui.h>

#define CELL_MAX 160
#define FORMAT_MAX 16

#define TITLE "TCP Lifecycle: Connections"

struct column {
    size_t width;
    char heading[CELL_MAX];
    char format[FORMAT_MAX];
};

static stat_tap_table_item items[SYNFIN_FIELDS_MAX + 1];
static struct column columns[SYNFIN_FIELDS_MAX + 1];
static const uint16_t *table_fields;
static size_t table_field_count;

/* Row i of the table is connection i of the set. */
static synfin_set *rows;
static bool settles; /* before it is drawn */

static void widen(size_t column, const char *title, size_t width)
{
    struct column *one = &columns[column];
    if (width > CELL_MAX - 1)
        width = CELL_MAX - 1;
    if (width <= one->width)
        return;
    one->width = width;
    (void)snprintf(one->heading, sizeof one->heading, "%-*s", (int)width, title);
    (void)snprintf(one->format, sizeof one->format, "%%-%ds", (int)width);
}

static void set_cell(stat_tap_table *table, unsigned row, size_t column, const char *text)
{
    stat_tap_table_item_type *cell = stat_tap_get_field_data(table, row, (unsigned)column);
    widen(column, synfin_fields(shim.language, NULL)[table_fields[column - 1]].title, strlen(text));
    if (cell->value.string_value != NULL && strcmp(cell->value.string_value, text) == 0)
        return;
    g_free((char *)cell->value.string_value);
    cell->value.string_value = g_strdup(text);
}

static void format_value(const synfin_value *value, char *cell)
{
    if (value->text != NULL)
        (void)g_strlcpy(cell, value->text, CELL_MAX);
    else
        connset_format_number(value, cell, CELL_MAX);
}

static void add_row(stat_tap_table *table, unsigned row)
{
    stat_tap_table_item_type cells[SYNFIN_FIELDS_MAX + 1];
    memset(cells, 0, sizeof cells);
    cells[0].type = TABLE_ITEM_UINT;
    for (size_t i = 1; i <= table_field_count; i++)
        cells[i].type = TABLE_ITEM_STRING;
    stat_tap_init_table_row(table, row, (unsigned)table_field_count + 1, cells);
}

static void fill_row(stat_tap_table *table, unsigned row)
{
    char cell[CELL_MAX];
    const synfin_shown *shown = connset_show(rows, row, table_fields, table_field_count);
    if (shown == NULL)
        return;
    stat_tap_get_field_data(table, row, 0)->value.uint_value = shown->stream;
    for (size_t i = 0; i < table_field_count; i++) {
        const synfin_value *value = NULL;
        for (uint32_t j = 0; j < shown->value_count && value == NULL; j++) {
            if (shown->values[j].field == table_fields[i])
                value = &shown->values[j];
        }
        (void)g_strlcpy(cell, "-", sizeof cell);
        if (value != NULL)
            format_value(value, cell);
        set_cell(table, row, i + 1, cell);
    }
}

static stat_tap_table *only_table(const stat_tap_table_ui *ui)
{
    return g_array_index(ui->tables, stat_tap_table *, 0);
}

/* Connections may have gone on since. A window that was closed has taken its table with it. */
static void settle(void *data)
{
    stat_tap_table *table = stat_tap_find_table(data, TITLE);
    if (table == NULL)
        return;
    for (unsigned row = 0; row < table->num_elements && row < synfin_set_count(rows); row++)
        fill_row(table, row);
}

static void no_longer(void *data)
{
    (void)data;
    settles = false;
}

static tap_packet_status add_segment(void *tapdata, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    stat_data_t *listener = tapdata;
    const struct shim_tapped *tapped = data;
    stat_tap_table *table = only_table(listener->stat_tap_data);
    unsigned row = table->num_elements;
    (void)pinfo;
    (void)edt;
    (void)flags;
    if (!tapped->final_pass && !settles)
        settles = draw_settle(listener->stat_tap_data, settle, no_longer);
    if (!connset_meet(rows, &tapped->note))
        return TAP_PACKET_DONT_REDRAW;
    add_row(table, row);
    fill_row(table, row);
    return TAP_PACKET_REDRAW;
}

static void free_cell(stat_tap_table *table, unsigned row, unsigned column, stat_tap_table_item_type *cell)
{
    (void)table;
    (void)row;
    (void)column;
    if (cell->type != TABLE_ITEM_STRING)
        return;
    g_free((char *)cell->value.string_value);
    cell->value.string_value = NULL;
}

/* A retap starts with an empty table. Wireshark frees the cells of the rows that it counts, so none is left behind. */
static void reset_table(stat_tap_table *table)
{
    for (unsigned row = 0; row < table->num_elements; row++) {
        for (unsigned column = 0; column <= table_field_count; column++)
            free_cell(table, row, column, stat_tap_get_field_data(table, row, column));
        g_free(table->elements[row]);
    }
    table->num_elements = 0;
    synfin_set_clear(rows);
}

static void init_table(stat_tap_table_ui *ui)
{
    stat_tap_table *table = stat_tap_find_table(ui, TITLE);
    if (rows == NULL)
        rows = synfin_set_new();
    if (table != NULL) {
        reset_table(table);
        return;
    }
    synfin_set_clear(rows);
    stat_tap_add_table(ui, stat_tap_init_table(TITLE, (int)table_field_count + 1, 0, NULL));
}

void table_register(void)
{
    static tap_param parameters[] = {{PARAM_FILTER, "filter", "Filter", NULL, true}};
    static stat_tap_table_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = TITLE,
        .tap_name = "synfin",
        .cli_string = "synfin,conn",
        .stat_tap_init_cb = init_table,
        .packet_func = add_segment,
        .stat_tap_reset_table_cb = reset_table,
        .stat_tap_free_table_item_cb = free_cell,
        .fields = items,
        .nparams = 1,
        .params = parameters,
    };
    table_fields = synfin_table_fields(&table_field_count);
    if (table_field_count > SYNFIN_FIELDS_MAX)
        table_field_count = SYNFIN_FIELDS_MAX;
    /* A number, so that the window sorts it as one; wide enough for the mark of sorting beside the heading. */
    items[0] = (stat_tap_table_item){TABLE_ITEM_UINT, TAP_ALIGN_LEFT, "Stream  ", "%-8u"};
    for (size_t i = 1; i <= table_field_count; i++) {
        const char *title = synfin_fields(shim.language, NULL)[table_fields[i - 1]].title;
        widen(i, title, strlen(title));
        items[i] = (stat_tap_table_item){TABLE_ITEM_STRING, TAP_ALIGN_LEFT, columns[i].heading, columns[i].format};
    }
    ui.nfields = table_field_count + 1;
    register_stat_tap_table_ui(&ui);
}
