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

typedef void run_function(epan_dissect_t *, int, wtap_rec *, tvbuff_t *, frame_data *, struct epan_column_info *);

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
        text = filter->is_filter_valid(pinfo) ? filter->build_filter_string(pinfo) : NULL;
        fprintf(out(), "%u\t%s\t%s\n", pinfo->num, filter->display_name, text != NULL ? text : "");
        fflush(out());
        g_free(text);
    }
}

void epan_dissect_run_with_taps(epan_dissect_t *edt, int file_type, wtap_rec *record, tvbuff_t *tvb, frame_data *frame,
                                struct epan_column_info *columns)
{
    run_function *run;
    *(void **)&run = dlsym(RTLD_NEXT, "epan_dissect_run_with_taps");
    run(edt, file_type, record, tvb, frame, columns);
    write_down(&edt->pi);
}
