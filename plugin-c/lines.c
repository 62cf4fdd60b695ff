/* lines.c: -z synfin,jsonl[,filter]: the connections as JSON lines, for scripts: every field of the connection, under its
 * filter name, times in seconds. A connection is printed once, as it is at the end, when a segment of it passes the filter.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <epan/stat_tap_ui.h>

#define COMMAND "synfin,jsonl"
#define NUMBER_MAX 32

static const uint16_t *line_fields;
static size_t line_field_count;

static tap_packet_status add_segment(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *tapped,
                                     tap_flags_t flags)
{
    const struct shim_tapped *segment = tapped;
    (void)pinfo;
    (void)edt;
    (void)flags;
    return connset_meet(data, &segment->note) ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

/* The library's texts are words, numbers and addresses; what JSON would have escaped is none of that. */
static void print_text(const char *text)
{
    (void)putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            (void)putchar('\\');
        if ((unsigned char)*text >= ' ')
            (void)putchar(*text);
    }
    (void)putchar('"');
}

static void print_value(const synfin_value *value)
{
    char number[NUMBER_MAX];
    (void)printf(",\"%s\":", synfin_fields(NULL)[value->field].name);
    if (value->text != NULL) {
        print_text(value->text);
        return;
    }
    connset_format_number(value, number, sizeof number);
    (void)fputs(number, stdout);
}

static void print_connections(void *data)
{
    const struct connset *set = data;
    for (unsigned i = 0; i < connset_count(set); i++) {
        const synfin_shown *shown = connset_show(set, i, line_fields, line_field_count);
        if (shown == NULL)
            continue;
        (void)printf("{\"tcp.stream\":%u", shown->stream);
        for (uint32_t j = 0; j < shown->value_count; j++)
            print_value(&shown->values[j]);
        (void)fputs("}\n", stdout);
    }
    (void)fflush(stdout);
}

static void clear(void *data)
{
    connset_clear(data);
}

/* `argument` is the whole of what followed -z. The answer, that it may begin, is one that Wireshark asks for from 4.6 on. */
static int listen(const char *argument, void *unused)
{
    const char *filter = argument + strlen(COMMAND);
    GString *error;
    (void)unused;
    filter = *filter == ',' && filter[1] != '\0' ? filter + 1 : NULL;
    error = register_tap_listener("synfin", connset_new(), filter, 0, clear, add_segment, print_connections, NULL);
    if (error == NULL)
        return 1;
    fprintf(stderr, "synfin: -z %s: %s\n", argument, error->str);
    (void)g_string_free(error, TRUE);
    exit(1);
}

void lines_register(void)
{
    static stat_tap_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "TCP Lifecycle: Connections as JSON lines",
        .cli_string = COMMAND,
    };
    line_fields = synfin_connection_fields(&line_field_count);
    ui.tap_init_cb = (stat_tap_init_cb)(void (*)(void))listen;
    register_stat_tap_ui(&ui, NULL);
}
