/* preload.c: loaded into tshark with LD_PRELOAD, writes down what the entries of the Conversation Filter menu would put
 * into the filter line, for every frame: frame, entry and filter, one line each. Only a window has that menu, but the
 * list behind it is there in tshark too.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <epan/epan.h>
#include <epan/epan_dissect.h>
#include <epan/conversation_filter.h>
#include <ws_version.h>

/* Newer series hand the callbacks a pointer of the registrar's as well, and the newest leave the octets to the record. */
#if WIRESHARK_VERSION_MINOR >= 4
#define ASK(callback, pinfo) (callback)(pinfo, NULL)
#else
#define ASK(callback, pinfo) (callback)(pinfo)
#endif
#if WIRESHARK_VERSION_MINOR >= 6
#define PARAMETERS epan_dissect_t *edt, int type, wtap_rec *record, frame_data *frame, struct epan_column_info *columns
#define ARGUMENTS edt, type, record, frame, columns
#else
#define PARAMETERS                                                                                                     \
    epan_dissect_t *edt, int type, wtap_rec *record, tvbuff_t *tvb, frame_data *frame, struct epan_column_info *columns
#define ARGUMENTS edt, type, record, tvb, frame, columns
#endif

static FILE *out(void)
{
    static FILE *file;
    const char *name = getenv("SYNFIN_FILTERS_TO");
    if (file == NULL && name != NULL)
        file = fopen(name, "w");
    return file;
}

static void write_down(packet_info *pinfo)
{
    for (GList *one = packet_conv_filter_list; one != NULL && out() != NULL; one = g_list_next(one)) {
        const conversation_filter_t *filter = one->data;
        char *text;
        if (strcmp(filter->proto_name, "synfin") != 0)
            continue;
        text = ASK(filter->is_filter_valid, pinfo) ? ASK(filter->build_filter_string, pinfo) : NULL;
        fprintf(out(), "%u\t%s\t%s\n", pinfo->num, filter->display_name, text != NULL ? text : "");
        fflush(out());
        g_free(text);
    }
}

void epan_dissect_run_with_taps(PARAMETERS)
{
    void (*run)(PARAMETERS);
    *(void **)&run = dlsym(RTLD_NEXT, "epan_dissect_run_with_taps");
    run(ARGUMENTS);
    write_down(&edt->pi);
}
