/* reused_frames.c: see reused_frames.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reused_frames.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reused_frame {
    uint32_t frame;
    uint32_t first_layer;
};

void reused_frames_reset(struct reused_frames *reused)
{
    free(reused->all);
    memset(reused, 0, sizeof *reused);
}

static bool make_reused_room(struct reused_frames *reused)
{
    uint32_t room = reused->room == 0 ? 64 : reused->room * 2;
    struct reused_frame *all = room < reused->room ? NULL : realloc(reused->all, room * sizeof reused->all[0]);
    if (all == NULL)
        return false;
    reused->all = all;
    reused->room = room;
    return true;
}

void reused_frames_add(struct reused_frames *reused, uint32_t frame, uint32_t layers)
{
    bool is_known = reused->count != 0 && reused->all[reused->count - 1].frame == frame;
    if (is_known) {
        reused->all[reused->count - 1].first_layer += layers;
        return;
    }
    /* Without room this frame shows the annotation of the one that was thrown away. */
    if (reused->count == reused->room && !make_reused_room(reused))
        return;
    reused->all[reused->count].frame = frame;
    reused->all[reused->count].first_layer = layers;
    reused->count++;
}

uint32_t reused_frames_first_layer(const struct reused_frames *reused, uint32_t frame)
{
    uint32_t low = 0;
    uint32_t high = reused->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (reused->all[middle].frame == frame)
            return reused->all[middle].first_layer;
        if (reused->all[middle].frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}
