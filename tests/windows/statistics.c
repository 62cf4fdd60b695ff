/* statistics.c: -z, trees and tables of statistics, and conversation filters of the stand-in; see host.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include <epan/conversation_filter.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>

#define ENTRIES_MAX 64
#define NODES 512

static stat_tap_ui *commands[ENTRIES_MAX];
static int command_count;
static stat_tap_table_ui *table_uis[ENTRIES_MAX];
static int table_ui_count;
static stat_tap_table *tables[ENTRIES_MAX];
static int table_count;

/* ---- commands */

void register_stat_tap_ui(stat_tap_ui *ui, void *data)
{
    (void)data;
    commands[command_count++] = ui;
}

/* ---- tables */

void register_stat_tap_table_ui(stat_tap_table_ui *ui)
{
    table_uis[table_ui_count++] = ui;
}

stat_tap_table *stat_tap_init_table(const char *name, int fields, int flags, const char *filter)
{
    stat_tap_table *table = g_malloc0(sizeof *table);
    table->title = name;
    table->num_fields = (guint)fields;
    (void)flags, (void)filter;
    return table;
}

void stat_tap_add_table(stat_tap_table_ui *ui, stat_tap_table *table)
{
    (void)ui;
    tables[table_count++] = table;
}

stat_tap_table *stat_tap_find_table(stat_tap_table_ui *ui, const char *name)
{
    (void)ui;
    for (int i = 0; i < table_count; i++) {
        if (strcmp(tables[i]->title, name) == 0)
            return tables[i];
    }
    return NULL;
}

void stat_tap_init_table_row(stat_tap_table *table, guint row, guint fields, const stat_tap_table_item_type *cells)
{
    if (row >= table->num_elements) {
        table->elements = g_realloc(table->elements, (row + 1) * sizeof table->elements[0]);
        table->num_elements = row + 1;
    }
    table->elements[row] = g_malloc0(fields * sizeof *cells);
    memcpy(table->elements[row], cells, fields * sizeof *cells);
}

stat_tap_table_item_type *stat_tap_get_field_data(const stat_tap_table *table, guint row, guint field)
{
    return row < table->num_elements ? &table->elements[row][field] : NULL;
}

static void draw_table(void *data)
{
    const stat_tap_table_ui *ui = ((stat_data_t *)data)->stat_tap_data;
    const stat_tap_table *table = stat_tap_find_table(NULL, ui->title);
    printf("table %s:", ui->title);
    for (size_t i = 0; i < ui->nfields; i++)
        printf(" %s|", ui->fields[i].column_name);
    printf("\n");
    for (guint row = 0; table != NULL && row < table->num_elements; row++) {
        for (guint i = 0; i < table->num_fields; i++) {
            const stat_tap_table_item_type *cell = stat_tap_get_field_data(table, row, i);
            if (cell->type == TABLE_ITEM_UINT)
                printf(ui->fields[i].field_format, cell->value.uint_value);
            else if (cell->type == TABLE_ITEM_STRING)
                printf(ui->fields[i].field_format, cell->value.string_value);
            else
                printf("?");
            printf("|");
        }
        printf("\n");
    }
}

static void reset_table(void *data)
{
    stat_tap_table_ui *ui = ((stat_data_t *)data)->stat_tap_data;
    stat_tap_table *table = stat_tap_find_table(NULL, ui->title);
    if (table != NULL && ui->stat_tap_reset_table_cb != NULL)
        ui->stat_tap_reset_table_cb(table);
}

static bool begin_table(stat_tap_table_ui *ui)
{
    stat_data_t *data = g_malloc0(sizeof *data);
    data->stat_tap_data = ui;
    ui->stat_tap_init_cb(ui);
    return register_tap_listener(ui->tap_name, data, NULL, 0, reset_table, ui->packet_func, draw_table, NULL) == NULL;
}

/* ---- trees */

struct tree_kind {
    const char *tap;
    const char *abbreviation;
    const char *menu;
    stat_tree_packet_cb packet;
    stat_tree_init_cb init;
};

/* Wireshark's is a structure of its own, of which synfin sees pointers alone. */
struct tree {
    stats_tree handle;
    const struct tree_kind *kind;
    struct {
        char *name;
        int parent;
        int value;
        bool is_on_top;
    } nodes[NODES];
    int count;
};

static struct tree_kind tree_kinds[ENTRIES_MAX];
static int tree_kind_count;

static void add_tree_kind(const char *tap, const char *abbreviation, const char *menu, stat_tree_packet_cb packet,
                          stat_tree_init_cb init)
{
    tree_kinds[tree_kind_count++] = (struct tree_kind){tap, abbreviation, menu, packet, init};
}

#if WIRESHARK_VERSION_MINOR >= 4
stats_tree_cfg *stats_tree_register_plugin(const char *tap, const char *abbreviation, const char *menu, guint flags,
                                           stat_tree_packet_cb packet, stat_tree_init_cb init, stat_tree_cleanup_cb cleanup)
{
    (void)flags, (void)cleanup;
    add_tree_kind(tap, abbreviation, menu, packet, init);
    return NULL;
}
#else
void stats_tree_register_plugin(const char *tap, const char *abbreviation, const char *menu, guint flags,
                                stat_tree_packet_cb packet, stat_tree_init_cb init, stat_tree_cleanup_cb cleanup)
{
    (void)flags, (void)cleanup;
    add_tree_kind(tap, abbreviation, menu, packet, init);
}
#endif

static struct tree *tree_of(stats_tree *handle)
{
    return (struct tree *)(void *)handle;
}

int stats_tree_create_node(stats_tree *handle, const gchar *name, int parent, stat_node_datatype type, truth has_children)
{
    struct tree *tree = tree_of(handle);
    (void)type, (void)has_children;
    if (tree->count == NODES)
        return -1;
    tree->nodes[tree->count].name = g_strdup(name);
    tree->nodes[tree->count].parent = parent;
    tree->nodes[tree->count].value = 0;
    tree->nodes[tree->count].is_on_top = false;
    /* Number 0 is the root. */
    return ++tree->count;
}

int stats_tree_manip_node_int(manip_node_mode mode, stats_tree *handle, const char *name, int parent, truth has_children,
                              gint value)
{
    struct tree *tree = tree_of(handle);
    int number = 0;
    for (int i = 0; i < tree->count; i++) {
        if (tree->nodes[i].parent == parent && strcmp(tree->nodes[i].name, name) == 0)
            number = i + 1;
    }
    if (number == 0)
        number = stats_tree_create_node(handle, name, parent, STAT_DT_INT, has_children);
    if (mode == MN_SET && number > 0)
        tree->nodes[number - 1].value = value;
    if (mode == MN_SET_FLAGS && number > 0)
        tree->nodes[number - 1].is_on_top = value == ST_FLG_SORT_TOP;
    return number;
}

static tap_packet_status tree_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *tapped, tap_flags_t flags)
{
    struct tree *tree = data;
    return tree->kind->packet(&tree->handle, pinfo, edt, tapped, flags);
}

static void print_nodes(const struct tree *tree, int parent, int depth)
{
    for (int i = 0; i < tree->count; i++) {
        if (tree->nodes[i].parent != parent)
            continue;
        printf("%*s%s: %d%s\n", depth * 2, "", tree->nodes[i].name, tree->nodes[i].value,
               tree->nodes[i].is_on_top ? " [first]" : "");
        print_nodes(tree, i + 1, depth + 1);
    }
}

static void draw_tree(void *data)
{
    const struct tree *tree = data;
    printf("tree %s:\n", tree->kind->menu);
    print_nodes(tree, 0, 1);
}

static void reset_tree(void *data)
{
    struct tree *tree = data;
    while (tree->count > 0)
        g_free(tree->nodes[--tree->count].name);
    tree->kind->init(&tree->handle);
}

static bool begin_tree(const struct tree_kind *kind)
{
    struct tree *tree = g_malloc0(sizeof *tree);
    tree->kind = kind;
    if (register_tap_listener(kind->tap, tree, NULL, 0, reset_tree, tree_packet, draw_tree, NULL) != NULL)
        return false;
    kind->init(&tree->handle);
    return true;
}

/* ---- -z */

static bool is_command(const char *argument, const char *command)
{
    size_t len = strlen(command);
    return strncmp(argument, command, len) == 0 && (argument[len] == '\0' || argument[len] == ',');
}

bool begin_statistic(const char *argument)
{
    for (int i = 0; i < command_count; i++) {
        if (is_command(argument, commands[i]->cli_string)) {
            (void)commands[i]->tap_init_cb(argument, NULL);
            return true;
        }
    }
    for (int i = 0; i < table_ui_count; i++) {
        if (is_command(argument, table_uis[i]->cli_string))
            return begin_table(table_uis[i]);
    }
    for (int i = 0; i < tree_kind_count; i++) {
        size_t len = strlen(tree_kinds[i].abbreviation);
        if (strncmp(argument, tree_kinds[i].abbreviation, len) == 0 && strcmp(argument + len, ",tree") == 0)
            return begin_tree(&tree_kinds[i]);
    }
    return false;
}

/* ---- conversation filters */

static struct {
    const char *proto;
    const char *title;
    is_filter_valid_func is_valid;
    build_filter_string_func build;
} filters[ENTRIES_MAX];
static int filter_count;

#if WIRESHARK_VERSION_MINOR >= 2
#define WITH_DATA , void *data
#define THE_DATA , NULL
#else
#define WITH_DATA
#define THE_DATA
#endif

void register_conversation_filter(const char *proto, const char *title, is_filter_valid_func is_valid,
                                  build_filter_string_func build WITH_DATA)
{
#if WIRESHARK_VERSION_MINOR >= 2
    (void)data;
#endif
    filters[filter_count].proto = proto;
    filters[filter_count].title = title;
    filters[filter_count].is_valid = is_valid;
    filters[filter_count++].build = build;
}

void print_filters(packet_info *pinfo)
{
    for (int i = 0; i < filter_count; i++) {
        char *text = filters[i].is_valid(pinfo THE_DATA) ? filters[i].build(pinfo THE_DATA) : NULL;
        if (text != NULL)
            printf("  filter %s: %s\n", filters[i].title, text);
        g_free(text);
    }
}

void print_registered_statistics(void)
{
    for (int i = 0; i < command_count; i++)
        printf("command -z %s | %s | group %d\n", commands[i]->cli_string, commands[i]->title, (int)commands[i]->group);
    for (int i = 0; i < table_ui_count; i++)
        printf("table -z %s | %s | tap %s | %u columns\n", table_uis[i]->cli_string, table_uis[i]->title,
               table_uis[i]->tap_name, (unsigned)table_uis[i]->nfields);
    for (int i = 0; i < tree_kind_count; i++)
        printf("tree -z %s,tree | %s | tap %s\n", tree_kinds[i].abbreviation, tree_kinds[i].menu, tree_kinds[i].tap);
    for (int i = 0; i < filter_count; i++)
        printf("filter %s | %s\n", filters[i].proto, filters[i].title);
}
