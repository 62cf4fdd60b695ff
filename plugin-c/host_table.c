/* host_table.c: see host_table.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host_table.h"

#include <stdlib.h>
#include <string.h>

void host_table_add_column(struct host_table *table, bool is_number, const char *heading, const char *format)
{
    if (table->count == HOST_COLUMNS_MAX)
        return;
    table->columns[table->count++] =
        (stat_tap_table_item){is_number ? TABLE_ITEM_UINT : TABLE_ITEM_STRING, TAP_ALIGN_LEFT, heading, format};
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

static void begin(stat_tap_table_ui *ui)
{
    stat_tap_table *rows = host.stat_tap_find_table(ui, ui->title);
    ui->stat_tap_reset_table_cb(rows);
    if (rows == NULL)
        host.stat_tap_add_table(ui, host.stat_tap_init_table(ui->title, (int)ui->nfields, 0, NULL));
}

void host_table_register(struct host_table *table, const char *title, const char *command, tap_packet_cb packet,
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
        .fields = table->columns,
        .nparams = 1,
        .params = &filter,
    };
    host.register_stat_tap_table_ui(&table->ui);
}

stat_tap_table *host_table_rows(const struct host_table *table)
{
    return host.stat_tap_find_table((stat_tap_table_ui *)&table->ui, table->ui.title);
}

unsigned host_table_count(const stat_tap_table *rows)
{
    return rows->num_elements;
}

/* Wireshark frees the cells of the rows that it counts, so none is left behind. */
void host_table_empty(stat_tap_table *rows)
{
    for (unsigned row = 0; row < rows->num_elements; row++) {
        for (unsigned column = 0; column < rows->num_fields; column++)
            free_cell(rows, row, column, host.stat_tap_get_field_data(rows, row, column));
        host.release(rows->elements[row]);
    }
    rows->num_elements = 0;
}

void host_table_add_row(const struct host_table *table, stat_tap_table *rows)
{
    stat_tap_table_item_type cells[HOST_COLUMNS_MAX];
    memset(cells, 0, sizeof cells);
    for (size_t i = 0; i < table->count; i++)
        cells[i].type = table->columns[i].type;
    host.stat_tap_init_table_row(rows, rows->num_elements, (unsigned)table->count, cells);
}

void host_table_set_text(stat_tap_table *rows, unsigned row, unsigned column, const char *text)
{
    stat_tap_table_item_type *cell = host.stat_tap_get_field_data(rows, row, column);
    size_t size = strlen(text) + 1;
    char *copy;
    if (cell->value.string_value != NULL && strcmp(cell->value.string_value, text) == 0)
        return;
    copy = malloc(size);
    if (copy == NULL)
        return;
    memcpy(copy, text, size);
    free((char *)cell->value.string_value);
    cell->value.string_value = copy;
}

void host_table_set_number(stat_tap_table *rows, unsigned row, unsigned column, uint32_t number)
{
    host.stat_tap_get_field_data(rows, row, column)->value.uint_value = number;
}
