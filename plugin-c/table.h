/* table.h: a table of texts in Wireshark's interface for tables, on the command line and in the Statistics menu.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_TABLE_H
#define SYNFIN_TABLE_H

#include <stddef.h>

#include "host_functions.h"
#include "shim.h"

#pragma GCC visibility push(hidden)

#define TABLE_COLUMNS_MAX 16
#define TABLE_CELL_MAX 160

/* One column: its heading and its format are written anew as longer values turn up, so that the columns stand in line. */
struct table_column {
    const char *title;
    size_t width;
    char heading[TABLE_CELL_MAX];
    char format[16];
};

struct table {
    stat_tap_table_ui ui;
    stat_tap_table_item items[TABLE_COLUMNS_MAX];
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t count;
    /* The connections that its listener has met. */
    synfin_set *set;
};

/* Columns are added from left to right, before the table is registered. A column of numbers is one, so that the window
 * sorts it as such. */
void table_add_texts(struct table *table, const char *title);
void table_add_numbers(struct table *table, const char *title);
/* `command`: "synfin,conn". The callbacks are Wireshark's; reset has to call table_reset(). Each start empties the table. */
void table_register(struct table *table, const char *title, const char *command, tap_packet_cb packet,
                    void (*reset)(stat_tap_table *rows));

/* The rows that Wireshark keeps of it; NULL when its window was closed, which has taken them along. */
stat_tap_table *table_rows(const struct table *table);
/* A retap starts with no rows, and with no connections met. */
void table_reset(struct table *table, stat_tap_table *rows);
/* One row more, after the others. */
void table_add_row(const struct table *table, stat_tap_table *rows);
/* Fills a row: the values of `shown` have the number of the column where those of a segment have that of the field. */
void table_set_row(struct table *table, stat_tap_table *rows, unsigned row, const synfin_shown *shown);

#pragma GCC visibility pop

#endif
