/* table.c: see table.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "table.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Spaces that leave room for the sorting mark beside a heading. Fonts with Chinese letters have narrow spaces. */
#define MARK_WIDTH 2
#define MARK_WIDTH_CHINESE 6

/* How many columns of a terminal a text takes, told from its bytes: a Chinese character has three bytes and takes two
 * columns. */
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

static void add_column(struct table *table, const char *title, bool is_number)
{
    size_t number = table->host_table.count;
    struct table_column *column = &table->columns[number];
    if (number == HOST_COLUMNS_MAX)
        return;
    column->title = title;
    widen(column, width_of(title) + (width_of(title) < strlen(title) ? MARK_WIDTH_CHINESE : MARK_WIDTH));
    if (is_number)
        (void)snprintf(column->format, sizeof column->format, "%%-%du", (int)column->width);
    host_table_add_column(&table->host_table, is_number, column->heading, column->format);
}

void table_add_texts(struct table *table, const char *title)
{
    add_column(table, title, false);
}

void table_add_numbers(struct table *table, const char *title)
{
    add_column(table, title, true);
}

void table_register(struct table *table, const char *title, const char *command, tap_packet_cb packet,
                    void (*reset)(stat_tap_table *rows))
{
    table->set = synfin_set_new();
    host_table_register(&table->host_table, title, command, packet, reset);
}

stat_tap_table *table_rows(const struct table *table)
{
    return host_table_rows(&table->host_table);
}

void table_reset(struct table *table, stat_tap_table *rows)
{
    if (rows != NULL)
        host_table_empty(rows);
    synfin_set_clear(table->set);
}

void table_add_row(const struct table *table, stat_tap_table *rows)
{
    host_table_add_row(&table->host_table, rows);
}

void table_set_row(struct table *table, stat_tap_table *rows, unsigned row, const synfin_shown *shown)
{
    for (uint32_t i = 0; i < shown->value_count; i++) {
        const synfin_value *value = &shown->values[i];
        if (value->field >= table->host_table.count)
            continue;
        if (value->text == NULL) {
            host_table_set_number(rows, row, value->field, (uint32_t)value->number);
            continue;
        }
        widen(&table->columns[value->field], strlen(value->text));
        host_table_set_text(rows, row, value->field, value->text);
    }
}
