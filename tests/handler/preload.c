/* preload.c: loaded into tshark with LD_PRELOAD, stands before functions of Wireshark that the plugin looks up by their
 * names. It counts what the plugin has called, and takes from it what its quick ways need:
 *
 *   SYNFIN_HANDLER_TO    a file for the counts, written when tshark ends
 *   SYNFIN_NO_DIRECT     TCP is not recognized as the next dissector: the handler has to call it by its handle
 *   SYNFIN_NO_SWITCH     the post-dissector's protocol cannot be disabled: it is called for every frame
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <epan/packet.h>
#include <ws_version.h>

#if WIRESHARK_VERSION_MINOR >= 4
typedef bool truth;
#else
typedef gboolean truth;
#endif

static const char after_name[] = "synfin_after_all";
static dissector_t after;
static unsigned calls_by_handle;
static unsigned calls_of_after;

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static int count_after(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    calls_of_after++;
    return after(tvb, pinfo, tree, data);
}

/* Wireshark's own dissectors come by here too. */
dissector_handle_t create_dissector_handle(dissector_t dissector, const int proto)
{
    dissector_handle_t (*create)(dissector_t, int);
    *(void **)&create = next("create_dissector_handle");
    if (after == NULL && strcmp(proto_get_protocol_filter_name(proto), after_name) == 0) {
        after = dissector;
        dissector = count_after;
    }
    return create(dissector, proto);
}

int call_dissector_only(dissector_handle_t handle, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    int (*call)(dissector_handle_t, tvbuff_t *, packet_info *, proto_tree *, void *);
    const char *name = dissector_handle_get_dissector_name(handle);
    *(void **)&call = next("call_dissector_only");
    if (name != NULL && strcmp(name, "tcp") == 0)
        calls_by_handle++;
    return call(handle, tvb, pinfo, tree, data);
}

int dissector_handle_get_protocol_index(const dissector_handle_t handle)
{
    int (*get)(dissector_handle_t);
    const char *name = dissector_handle_get_dissector_name(handle);
    *(void **)&get = next("dissector_handle_get_protocol_index");
    return getenv("SYNFIN_NO_DIRECT") != NULL && name != NULL && strcmp(name, "tcp") == 0 ? -1 : get(handle);
}

void proto_set_decoding(const int proto, const truth enabled)
{
    void (*set)(int, truth);
    *(void **)&set = next("proto_set_decoding");
    if (getenv("SYNFIN_NO_SWITCH") == NULL || strcmp(proto_get_protocol_filter_name(proto), after_name) != 0)
        set(proto, enabled);
}

__attribute__((destructor)) static void write_counts(void)
{
    const char *name = getenv("SYNFIN_HANDLER_TO");
    FILE *file = name == NULL ? NULL : fopen(name, "w");
    if (file == NULL)
        return;
    fprintf(file, "%u %u\n", calls_by_handle, calls_of_after);
    fclose(file);
}
