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

#define CELL_MAX 128
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

static synfin_shown shown;
/* tcp.stream + 1 -> row + 1: none of them is a NULL pointer. */
static GHashTable *rows;

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
    widen(column, column == 0 ? "Stream" : synfin_fields(NULL)[table_fields[column - 1]].title, strlen(text));
    if (cell->value.string_value != NULL && strcmp(cell->value.string_value, text) == 0)
        return;
    g_free((char *)cell->value.string_value);
    cell->value.string_value = g_strdup(text);
}

static void format_value(const synfin_value *value, char *cell)
{
    long long number = (long long)value->number;
    if (value->text != NULL)
        (void)g_strlcpy(cell, value->text, CELL_MAX);
    else if (value->type == SYNFIN_TYPE_TIME)
        (void)snprintf(cell, CELL_MAX, "%lld.%09lld", number / 1000000000, number % 1000000000);
    else if (value->type == SYNFIN_TYPE_BOOLEAN)
        (void)snprintf(cell, CELL_MAX, "%s", number != 0 ? "True" : "False");
    else
        (void)snprintf(cell, CELL_MAX, "%lld", number);
}

static unsigned row_of_stream(stat_tap_table *table, uint32_t stream)
{
    stat_tap_table_item_type cells[SYNFIN_FIELDS_MAX + 1];
    char number[CELL_MAX];
    gpointer key = GSIZE_TO_POINTER((gsize)stream + 1);
    gsize known = GPOINTER_TO_SIZE(g_hash_table_lookup(rows, key));
    unsigned row = table->num_elements;
    if (known != 0)
        return (unsigned)(known - 1);
    memset(cells, 0, sizeof cells);
    for (size_t i = 0; i <= table_field_count; i++)
        cells[i].type = TABLE_ITEM_STRING;
    stat_tap_init_table_row(table, row, (unsigned)table_field_count + 1, cells);
    (void)snprintf(number, sizeof number, "%u", stream);
    set_cell(table, row, 0, number);
    (void)g_hash_table_insert(rows, key, GSIZE_TO_POINTER((gsize)row + 1));
    return row;
}

static void fill_row(stat_tap_table *table, unsigned row)
{
    char cell[CELL_MAX];
    for (size_t i = 0; i < table_field_count; i++) {
        const synfin_value *value = NULL;
        for (uint32_t j = 0; j < shown.value_count && value == NULL; j++) {
            if (shown.values[j].field == table_fields[i])
                value = &shown.values[j];
        }
        (void)g_strlcpy(cell, "-", sizeof cell);
        if (value != NULL)
            format_value(value, cell);
        set_cell(table, row, i + 1, cell);
    }
}

static tap_packet_status add_segment(void *tapdata, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    stat_data_t *listener = tapdata;
    const struct shim_tapped *tapped = data;
    stat_tap_table *table = g_array_index(listener->stat_tap_data->tables, stat_tap_table *, 0);
    synfin_request request = {.struct_size = sizeof request, .final_pass = tapped->final_pass};
    (void)pinfo;
    (void)edt;
    (void)flags;
    for (size_t i = 0; i < table_field_count; i++)
        request.fields[table_fields[i] / 64] |= UINT64_C(1) << (table_fields[i] % 64);
    if (!shim_is_ok(synfin_tracker_show(shim.tracker, &tapped->note.segment, tapped->note.octets,
                                        tapped->note.octets_len, &request, &shown)))
        return TAP_PACKET_DONT_REDRAW;
    fill_row(table, row_of_stream(table, shown.stream));
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
    g_hash_table_remove_all(rows);
}

static void init_table(stat_tap_table_ui *ui)
{
    stat_tap_table *table = stat_tap_find_table(ui, TITLE);
    if (rows == NULL)
        rows = g_hash_table_new(g_direct_hash, g_direct_equal);
    if (table != NULL) {
        reset_table(table);
        return;
    }
    g_hash_table_remove_all(rows);
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
    shown.struct_size = sizeof shown;
    table_fields = synfin_table_fields(&table_field_count);
    if (table_field_count > SYNFIN_FIELDS_MAX)
        table_field_count = SYNFIN_FIELDS_MAX;
    for (size_t i = 0; i <= table_field_count; i++) {
        const char *title = i == 0 ? "Stream" : synfin_fields(NULL)[table_fields[i - 1]].title;
        widen(i, title, strlen(title));
        items[i].type = TABLE_ITEM_STRING;
        items[i].align = TAP_ALIGN_LEFT;
        items[i].column_name = columns[i].heading;
        items[i].field_format = columns[i].format;
    }
    ui.nfields = table_field_count + 1;
    register_stat_tap_table_ui(&ui);
}
