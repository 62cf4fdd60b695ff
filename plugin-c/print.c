/* print.c: see print.h.
 *
 *   -z synfin,jsonl[,filter]           a line of JSON for each connection
 *   -z synfin,report[,json][,filter]   one screen on all of them, or one JSON object
 *
 * A connection is printed when one of its segments passes the filter, and as it is at the end.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_stats.h"
#include "segment_tap.h"

#define LINES "synfin,jsonl"
#define REPORT "synfin,report"
#define JSON ",json"
#define ERROR_MAX 256

struct listener {
    synfin_set *set;
    uint8_t as_json;
};

/* One buffer, which has grown to the longest text so far. */
static char *buffer;
static size_t room;

static bool make_room(size_t len)
{
    size_t wanted = len + 1 < 4096 ? 4096 : (len + 1) * 2;
    char *larger = realloc(buffer, wanted);
    if (larger == NULL)
        return false;
    buffer = larger;
    room = wanted;
    return true;
}

static uint8_t write_line(const struct listener *listener, uint32_t index, size_t *len)
{
    return synfin_set_json(listener->set, shim.tracker, index, buffer, room, len);
}

static uint8_t write_report(const struct listener *listener, uint32_t unused, size_t *len)
{
    (void)unused;
    return synfin_set_report(listener->set, shim.tracker, listener->as_json, buffer, room, len);
}

/* Prints what `write` writes, and ends its last line. */
static void print(uint8_t (*write)(const struct listener *, uint32_t, size_t *), const struct listener *listener,
                  uint32_t index)
{
    size_t len = 0;
    uint8_t status;
    if (shim.tracker == NULL || (room == 0 && !make_room(0)))
        return;
    status = write(listener, index, &len);
    if (status == SYNFIN_STATUS_NO_ROOM && make_room(len))
        status = write(listener, index, &len);
    if (!shim_is_ok(status) || len == 0)
        return;
    (void)fwrite(buffer, 1, len, stdout);
    if (buffer[len - 1] != '\n')
        (void)putchar('\n');
}

static void end_with_failure(void)
{
    (void)fflush(NULL);
    _Exit(EXIT_FAILURE);
}

/* A script must be able to tell that the output is cut, by a full disk or a closed pipe. tshark does not check what a
 * listener prints and would end with status 0. So the program ends with a failure when all its work is done. */
static void end_output(void)
{
    static bool has_failed;
    if (has_failed || (fflush(stdout) == 0 && ferror(stdout) == 0))
        return;
    has_failed = true;
    fprintf(stderr, "synfin: the output could not be written whole; look for a full disk.\n");
    (void)atexit(end_with_failure);
}

static void print_lines(void *data)
{
    const struct listener *listener = data;
    for (uint32_t i = 0; i < synfin_set_count(listener->set); i++)
        print(write_line, listener, i);
    end_output();
}

static void print_report(void *data)
{
    print(write_report, data, 0);
    end_output();
}

static tap_packet_status add_segment(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *tapped,
                                     tap_flags_t flags)
{
    struct listener *listener = data;
    const struct tapped_segment *segment = tapped;
    uint8_t is_new = 0;
    (void)pinfo;
    (void)edt;
    (void)flags;
    (void)shim_is_ok(synfin_set_meet(listener->set, shim.tracker, segment->frame, segment->layer, &is_new));
    return is_new != 0 ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

static void clear(void *data)
{
    struct listener *listener = data;
    synfin_set_clear(listener->set);
}

static void finish(void *data)
{
    struct listener *listener = data;
    synfin_set_free(listener->set);
    free(listener);
}

/* `rest` is what follows the command: nothing, or a comma and a filter. */
static int begin(const char *argument, const char *rest, uint8_t as_json, tap_draw_cb draw)
{
    const char *filter = *rest == ',' && rest[1] != '\0' ? rest + 1 : NULL;
    struct listener *listener = malloc(sizeof *listener);
    char error[ERROR_MAX] = "out of memory";
    if (listener != NULL) {
        *listener = (struct listener){.set = synfin_set_new(), .as_json = as_json};
        if (host_listen("synfin", listener, filter, clear, add_segment, draw, finish, error, sizeof error))
            return 1;
    }
    fprintf(stderr, "synfin: -z %s: %s\n", argument, error);
    exit(1);
}

static int begin_lines(const char *argument, void *unused)
{
    (void)unused;
    return begin(argument, argument + strlen(LINES), 1, print_lines);
}

static int begin_report(const char *argument, void *unused)
{
    const char *rest = argument + strlen(REPORT);
    bool as_json = strncmp(rest, JSON, strlen(JSON)) == 0 && (rest[strlen(JSON)] == ',' || rest[strlen(JSON)] == '\0');
    (void)unused;
    return begin(argument, rest + (as_json ? strlen(JSON) : 0), as_json ? 1 : 0, print_report);
}

void print_register(void)
{
    host_register_command(LINES, "TCP Lifecycle: JSON lines", begin_lines);
    host_register_command(REPORT, "TCP Lifecycle: report", begin_report);
}
