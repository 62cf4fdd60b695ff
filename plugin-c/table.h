/* table.h: a table of texts in Wireshark's interface for tables, on the command line and in the Statistics menu.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_TABLE_H
#define SYNFIN_TABLE_H

#include <stddef.h>

#include "host_table.h"
#include "shim.h"

#pragma GCC visibility push(hidden)

#define TABLE_CELL_MAX 160

/* One column. Its heading and its format are written anew when a longer value turns up, so that the columns stay in
 * line. */
struct table_column {
    const char *title;
    size_t width;
    char heading[TABLE_CELL_MAX];
    char format[16];
};

struct table {
    struct host_table host_table;
    struct table_column columns[HOST_COLUMNS_MAX];
    /* The connections that its listener has met. */
    synfin_set *set;
};

/* Columns are added from left to right, before the table is registered. A window sorts a column of numbers by their
 * values, and one of texts by their letters. */
void table_add_texts(struct table *table, const char *title);
void table_add_numbers(struct table *table, const char *title);
/* `command`: "synfin,conn". The callbacks are Wireshark's. `reset` has to call table_reset(): each start empties the
 * table. */
void table_register(struct table *table, const char *title, const char *command, tap_packet_cb packet,
                    void (*reset)(stat_tap_table *rows));

/* The rows that Wireshark keeps of it. NULL when its window was closed: the rows went with it. */
stat_tap_table *table_rows(const struct table *table);
/* A retap starts with no rows, and with no connections met. `rows` may be NULL. */
void table_reset(struct table *table, stat_tap_table *rows);
/* One more row, after the others. */
void table_add_row(const struct table *table, stat_tap_table *rows);
/* Fills a row. In `shown` the number of a value's field is the number of its column. */
void table_set_row(struct table *table, stat_tap_table *rows, unsigned row, const synfin_shown *shown);

#pragma GCC visibility pop

#endif
