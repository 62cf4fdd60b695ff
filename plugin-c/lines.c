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

static tap_packet_status add_segment(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *tapped,
                                     tap_flags_t flags)
{
    const struct shim_tapped *segment = tapped;
    (void)pinfo;
    (void)edt;
    (void)flags;
    return connset_meet(data, &segment->note) ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

static void print_connections(void *data)
{
    const synfin_set *set = data;
    size_t room = 16384;
    char *line = g_malloc(room);
    for (uint32_t i = 0; shim.tracker != NULL && i < synfin_set_count(set); i++) {
        size_t len = 0;
        uint8_t status = synfin_set_json(set, shim.tracker, i, line, room, &len);
        if (status == SYNFIN_STATUS_NO_ROOM) {
            room = len + 1;
            line = g_realloc(line, room);
            status = synfin_set_json(set, shim.tracker, i, line, room, &len);
        }
        if (!shim_is_ok(status))
            break;
        (void)fwrite(line, 1, len, stdout);
        (void)fputc('\n', stdout);
    }
    g_free(line);
    (void)fflush(stdout);
}

static void clear(void *data)
{
    synfin_set_clear(data);
}

/* `argument` is the whole of what followed -z. The answer, that it may begin, is one that Wireshark asks for from 4.6 on. */
static int listen(const char *argument, void *unused)
{
    const char *filter = argument + strlen(COMMAND);
    GString *error;
    (void)unused;
    filter = *filter == ',' && filter[1] != '\0' ? filter + 1 : NULL;
    error = register_tap_listener("synfin", synfin_set_new(), filter, 0, clear, add_segment, print_connections, NULL);
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
    ui.tap_init_cb = (stat_tap_init_cb)(void (*)(void))listen;
    register_stat_tap_ui(&ui, NULL);
}
