/* table.c: see table.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Wide enough for the mark of sorting beside a heading, in spaces: those of fonts with Chinese letters are narrow. */
#define MARK_WIDTH 2
#define MARK_WIDTH_CHINESE 6

/* How many columns of a terminal a text takes, of which the bytes alone are known: a Chinese character takes two, and is
 * three bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x80 || (byte >= 0xc0 && byte < 0xe0))
            width += 1;
        else if (byte >= 0xe0)
            width += 2;
    }
    return width;
}

static void widen(struct table_column *column, size_t width)
{
    size_t used = width_of(column->title);
    size_t len = strlen(column->title);
    if (width > TABLE_CELL_MAX - 1)
        width = TABLE_CELL_MAX - 1;
    if (width <= column->width)
        return;
    column->width = width;
    if (len > TABLE_CELL_MAX - 1)
        len = TABLE_CELL_MAX - 1;
    memcpy(column->heading, column->title, len);
    for (; used < width && len < TABLE_CELL_MAX - 1; used++)
        column->heading[len++] = ' ';
    column->heading[len] = '\0';
    (void)snprintf(column->format, sizeof column->format, "%%-%ds", (int)width);
}

static void add_column(struct table *table, const char *title, stat_tap_table_item_enum type)
{
    struct table_column *column = &table->columns[table->count];
    if (table->count == TABLE_COLUMNS_MAX)
        return;
    column->title = title;
    widen(column, width_of(title) + (width_of(title) < strlen(title) ? MARK_WIDTH_CHINESE : MARK_WIDTH));
    if (type == TABLE_ITEM_UINT)
        (void)snprintf(column->format, sizeof column->format, "%%-%du", (int)column->width);
    table->items[table->count++] = (stat_tap_table_item){type, TAP_ALIGN_LEFT, column->heading, column->format};
}

void table_add_texts(struct table *table, const char *title)
{
    add_column(table, title, TABLE_ITEM_STRING);
}

void table_add_numbers(struct table *table, const char *title)
{
    add_column(table, title, TABLE_ITEM_UINT);
}

static void free_cell(stat_tap_table *rows, unsigned row, unsigned column, stat_tap_table_item_type *cell)
{
    (void)rows;
    (void)row;
    (void)column;
    if (cell->type != TABLE_ITEM_STRING)
        return;
    free((char *)cell->value.string_value);
    cell->value.string_value = NULL;
}

stat_tap_table *table_rows(const struct table *table)
{
    return host.stat_tap_find_table((stat_tap_table_ui *)&table->ui, table->ui.title);
}

/* Wireshark frees the cells of the rows that it counts, so none is left behind. */
void table_reset(struct table *table, stat_tap_table *rows)
{
    for (unsigned row = 0; row < rows->num_elements; row++) {
        for (unsigned column = 0; column < rows->num_fields; column++)
            free_cell(rows, row, column, host.stat_tap_get_field_data(rows, row, column));
        host.release(rows->elements[row]);
    }
    rows->num_elements = 0;
    synfin_set_clear(table->set);
}

/* Wireshark hands over the interface that was registered: the first member of its table. */
static void begin(stat_tap_table_ui *ui)
{
    struct table *table = (struct table *)ui;
    stat_tap_table *rows = table_rows(table);
    if (table->set == NULL)
        table->set = synfin_set_new();
    if (rows != NULL)
        table_reset(table, rows);
    else
        host.stat_tap_add_table(ui, host.stat_tap_init_table(ui->title, (int)table->count, 0, NULL));
    synfin_set_clear(table->set);
}

void table_register(struct table *table, const char *title, const char *command, tap_packet_cb packet,
                    void (*reset)(stat_tap_table *rows))
{
    static tap_param filter = {PARAM_FILTER, "filter", "Filter", NULL, true};
    table->ui = (stat_tap_table_ui){
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = title,
        .tap_name = "synfin",
        .cli_string = command,
        .stat_tap_init_cb = begin,
        .packet_func = packet,
        .stat_tap_reset_table_cb = reset,
        .stat_tap_free_table_item_cb = free_cell,
        .nfields = table->count,
        .fields = table->items,
        .nparams = 1,
        .params = &filter,
    };
    host.register_stat_tap_table_ui(&table->ui);
}

void table_add_row(const struct table *table, stat_tap_table *rows)
{
    stat_tap_table_item_type cells[TABLE_COLUMNS_MAX];
    memset(cells, 0, sizeof cells);
    for (size_t i = 0; i < table->count; i++)
        cells[i].type = table->items[i].type;
    host.stat_tap_init_table_row(rows, rows->num_elements, (unsigned)table->count, cells);
}

static void set_text(struct table *table, stat_tap_table *rows, unsigned row, size_t column, const char *text)
{
    stat_tap_table_item_type *cell = host.stat_tap_get_field_data(rows, row, (unsigned)column);
    size_t size = strlen(text) + 1;
    char *copy;
    widen(&table->columns[column], size - 1);
    if (cell->value.string_value != NULL && strcmp(cell->value.string_value, text) == 0)
        return;
    copy = malloc(size);
    if (copy == NULL)
        return;
    memcpy(copy, text, size);
    free((char *)cell->value.string_value);
    cell->value.string_value = copy;
}

void table_set_row(struct table *table, stat_tap_table *rows, unsigned row, const synfin_shown *shown)
{
    for (uint32_t i = 0; i < shown->value_count; i++) {
        const synfin_value *value = &shown->values[i];
        if (value->field >= table->count)
            continue;
        if (value->text != NULL)
            set_text(table, rows, row, value->field, value->text);
        else
            host.stat_tap_get_field_data(rows, row, value->field)->value.uint_value = (uint32_t)value->number;
    }
}
