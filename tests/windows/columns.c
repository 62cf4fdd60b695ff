/* columns.c: the columns Info, Protocol and Expert of the stand-in, with their fences; see host.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <string.h>

#define TEXT_MAX 4096

struct column {
    char text[TEXT_MAX];
    size_t fence;
    bool is_there;
    bool is_writable;
};

static struct epan_column_info columns;
static struct column info;
static struct column protocol;
static struct column expert;
static bool are_wanted = true;

static struct column *find(int number)
{
    switch (number) {
    case COL_INFO:
        return &info;
    case COL_PROTOCOL:
        return &protocol;
    case COL_EXPERT:
        return &expert;
    default:
        return NULL;
    }
}

static void set(struct column *column, const char *text)
{
    (void)snprintf(column->text + column->fence, sizeof column->text - column->fence, "%s", text);
}

void columns_want(bool want)
{
    are_wanted = want;
}

static void begin(struct column *column, const char *text)
{
    memset(column, 0, sizeof *column);
    column->is_there = are_wanted;
    column->is_writable = are_wanted;
    set(column, text);
}

struct epan_column_info *columns_begin(const char *protocol_text, const char *info_text)
{
    columns.num_cols = are_wanted ? 3 : 0;
    columns.writable = are_wanted;
    begin(&info, info_text);
    begin(&protocol, protocol_text);
    begin(&expert, "");
    return &columns;
}

void print_columns(void)
{
    printf("  columns: %s | %s\n", protocol.text, info.text);
}

static struct column *writable(column_info *cinfo, int number)
{
    struct column *column = cinfo == &columns ? find(number) : NULL;
    return column != NULL && column->is_writable ? column : NULL;
}

truth col_get_writable(column_info *cinfo, const gint number)
{
    return writable(cinfo, number) != NULL;
}

void col_set_writable(column_info *cinfo, const gint number, const truth is_writable)
{
    struct column *column = cinfo == &columns ? find(number) : NULL;
    if (column != NULL)
        column->is_writable = is_writable;
}

const gchar *col_get_text(column_info *cinfo, const gint number)
{
    struct column *column = cinfo == &columns ? find(number) : NULL;
    return column != NULL && column->is_there ? column->text : NULL;
}

void col_clear(column_info *cinfo, const gint number)
{
    struct column *column = writable(cinfo, number);
    if (column != NULL)
        column->text[column->fence] = '\0';
}

void col_add_str(column_info *cinfo, const gint number, const gchar *text)
{
    struct column *column = writable(cinfo, number);
    if (column != NULL)
        set(column, text);
}

/* The text is constant: Wireshark may keep the pointer. Here it is copied as any other. */
void col_set_str(column_info *cinfo, const gint number, const gchar *text)
{
    col_add_str(cinfo, number, text);
}

void col_append_str(column_info *cinfo, const gint number, const gchar *text)
{
    struct column *column = writable(cinfo, number);
    size_t len = column == NULL ? 0 : strlen(column->text);
    if (column != NULL)
        (void)snprintf(column->text + len, sizeof column->text - len, "%s", text);
}

void col_set_fence(column_info *cinfo, const gint number)
{
    struct column *column = writable(cinfo, number);
    if (column != NULL)
        column->fence = strlen(column->text);
}

void col_clear_fence(column_info *cinfo, const gint number)
{
    struct column *column = writable(cinfo, number);
    if (column != NULL)
        column->fence = 0;
}
