/* connset.c: what a connection of a listener's set shows.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <stdio.h>

static synfin_shown shown;

bool connset_meet(synfin_set *set, const struct shim_note *note)
{
    uint8_t is_new = 0;
    if (shim.tracker == NULL ||
        !shim_is_ok(synfin_set_meet(set, shim.tracker, note->segment.frame, note->segment.layer, &is_new)))
        return false;
    return is_new != 0;
}

const synfin_shown *connset_show(const synfin_set *set, unsigned index, const uint16_t *fields, size_t count)
{
    synfin_request request = {.struct_size = sizeof request, .final_pass = 1};
    for (size_t i = 0; i < count; i++)
        request.fields[fields[i] / 64] |= UINT64_C(1) << (fields[i] % 64);
    shown.struct_size = sizeof shown;
    if (shim.tracker == NULL ||
        !shim_is_ok(synfin_tracker_show_connection(shim.tracker, synfin_set_stream(set, index), &request, &shown)))
        return NULL;
    return &shown;
}

void connset_format_number(const synfin_value *value, char *text, size_t room)
{
    long long number = (long long)value->number;
    if (value->type == SYNFIN_TYPE_TIME || value->type == SYNFIN_TYPE_ABSOLUTE_TIME)
        (void)snprintf(text, room, "%lld.%09lld", number / 1000000000, number % 1000000000);
    else
        (void)snprintf(text, room, "%lld", number);
}
