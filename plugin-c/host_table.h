/* host_table.h: a table in Wireshark's interface for tables: its columns, its rows and their cells.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_TABLE_H
#define SYNFIN_HOST_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host_functions.h"

#pragma GCC visibility push(hidden)

#define HOST_COLUMNS_MAX 16

/* Lives as long as the process. All zero: no columns yet. */
struct host_table {
    stat_tap_table_ui ui;
    stat_tap_table_item columns[HOST_COLUMNS_MAX];
    size_t count;
};

/* One more column, as long as there is room. Heading and format may be written anew later. */
void host_table_add_column(struct host_table *table, bool is_number, const char *heading, const char *format);
/* `command`: "synfin,conn". `reset` is called with each start, with NULL when there are no rows yet, and has to call
 * host_table_empty(). */
void host_table_register(struct host_table *table, const char *title, const char *command, tap_packet_cb packet,
                         void (*reset)(stat_tap_table *rows));

/* The rows that Wireshark keeps of it. NULL when its window was closed: the rows went with it. */
stat_tap_table *host_table_rows(const struct host_table *table);
unsigned host_table_count(const stat_tap_table *rows);
void host_table_empty(stat_tap_table *rows);
/* One more row, after the others. */
void host_table_add_row(const struct host_table *table, stat_tap_table *rows);
/* Sets a cell; the text is copied. */
void host_table_set_text(stat_tap_table *rows, unsigned row, unsigned column, const char *text);
void host_table_set_number(stat_tap_table *rows, unsigned row, unsigned column, uint32_t number);

#pragma GCC visibility pop

#endif
