/* connset.c: the connections that a listener has met, in that order, and what to ask the tracker to show of each.
 *
 * A segment of the connection is kept as the way to it, any one will do: whichever is asked about, the answer is what the
 * connection's last segment shows.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <stdio.h>
#include <glib.h>

struct met {
    uint32_t stream;
    struct shim_note note;
};

struct connset {
    GArray *met;
    /* tcp.stream -> index in `met` plus 1: none of them is a NULL pointer. */
    GHashTable *places;
};

static synfin_shown shown;

static const synfin_shown *show(const struct shim_note *note, const uint16_t *fields, size_t count)
{
    synfin_request request = {.struct_size = sizeof request, .final_pass = 1, .want = SYNFIN_WANT_CONNECTION};
    for (size_t i = 0; i < count; i++)
        request.fields[fields[i] / 64] |= UINT64_C(1) << (fields[i] % 64);
    shown.struct_size = sizeof shown;
    if (shim.tracker == NULL ||
        !shim_is_ok(synfin_tracker_show(shim.tracker, &note->segment, note->octets, note->octets_len, &request, &shown)))
        return NULL;
    return &shown;
}

struct connset *connset_new(void)
{
    struct connset *set = g_new(struct connset, 1);
    set->met = g_array_new(FALSE, FALSE, sizeof(struct met));
    set->places = g_hash_table_new(g_direct_hash, g_direct_equal);
    return set;
}

void connset_clear(struct connset *set)
{
    (void)g_array_set_size(set->met, 0);
    g_hash_table_remove_all(set->places);
}

bool connset_meet(struct connset *set, const struct shim_note *note)
{
    const synfin_shown *found = show(note, NULL, 0);
    struct met met;
    gpointer key;
    if (found == NULL)
        return false;
    key = GSIZE_TO_POINTER((gsize)found->stream + 1);
    if (g_hash_table_lookup(set->places, key) != NULL)
        return false;
    met.stream = found->stream;
    met.note = *note;
    (void)g_array_append_val(set->met, met);
    (void)g_hash_table_insert(set->places, key, key);
    return true;
}

unsigned connset_count(const struct connset *set)
{
    return set->met->len;
}

const synfin_shown *connset_show(const struct connset *set, unsigned index, const uint16_t *fields, size_t count)
{
    return show(&g_array_index(set->met, struct met, index).note, fields, count);
}

void connset_format_number(const synfin_value *value, char *text, size_t room)
{
    long long number = (long long)value->number;
    if (value->type == SYNFIN_TYPE_TIME)
        (void)snprintf(text, room, "%lld.%09lld", number / 1000000000, number % 1000000000);
    else
        (void)snprintf(text, room, "%lld", number);
}
