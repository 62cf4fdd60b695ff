/* notes.c: see notes.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "notes.h"

#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "reused_frames.h"

/* No encapsulation has so many TCP layers in one frame. Layers beyond this number get no annotation. */
#define NOTES_MAX 65536u

static struct {
    struct note *all;
    uint32_t count;
    uint32_t done;
    uint32_t room;
    uint32_t frame;
    int64_t file_offset;
    const packet_info *pinfo;
    bool is_taken;
    /* The tracker's number for the layer of the first note. */
    uint32_t first_layer;
    struct reused_frames reused;
} notes;

void notes_reset(void)
{
    free(notes.all);
    reused_frames_reset(&notes.reused);
    memset(&notes, 0, sizeof notes);
}

static bool make_note_room(void)
{
    uint32_t room = notes.room == 0 ? 4 : notes.room * 2;
    struct note *all = room > NOTES_MAX ? NULL : realloc(notes.all, room * sizeof notes.all[0]);
    if (all == NULL)
        return false;
    notes.all = all;
    notes.room = room;
    return true;
}

/* A frame may be dissected several times in a row: for a read filter, then for the packet list, with another
 * packet_info, and once more when all frames have been seen. */
static bool is_another_dissection(const packet_info *pinfo, uint32_t frame, int64_t file_offset)
{
    return notes.frame != frame || notes.file_offset != file_offset || notes.is_taken || notes.pinfo != pinfo ||
           (notes.done != 0 && host_visited(pinfo));
}

static void begin_notes(const packet_info *pinfo, uint32_t frame, int64_t file_offset)
{
    if (notes.frame == frame && notes.file_offset != file_offset && !host_visited(pinfo))
        reused_frames_add(&notes.reused, frame, notes.count);
    notes.frame = frame;
    notes.file_offset = file_offset;
    notes.pinfo = pinfo;
    notes.count = 0;
    notes.done = 0;
    notes.is_taken = false;
    notes.first_layer = reused_frames_first_layer(&notes.reused, frame);
}

struct note *notes_add(const packet_info *pinfo)
{
    uint32_t frame = host_frame_number(pinfo);
    int64_t file_offset = host_file_offset(pinfo);
    if (is_another_dissection(pinfo, frame, file_offset))
        begin_notes(pinfo, frame, file_offset);
    if (notes.count == notes.room && !make_note_room())
        return NULL;
    return &notes.all[notes.count++];
}

struct note *notes_take_single(const packet_info *pinfo)
{
    if (notes.count != 1 || notes.done != 0 || host_visited(pinfo))
        return NULL;
    notes.done = 1;
    return &notes.all[0];
}

uint32_t notes_first_layer(void)
{
    return notes.first_layer;
}

uint32_t notes_take(uint32_t frame, uint32_t *done)
{
    uint32_t count = notes.frame == frame && !notes.is_taken ? notes.count : 0;
    *done = count == 0 ? 0 : notes.done;
    notes.is_taken = true;
    return count;
}

struct note *notes_first(void)
{
    return notes.all;
}

const struct note *notes_find(uint32_t frame, uint32_t layer)
{
    uint32_t index = layer - notes.first_layer;
    return notes.frame == frame && index < notes.count ? &notes.all[index] : NULL;
}
