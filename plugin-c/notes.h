/* notes.h: the TCP segments of the frame that is being dissected, noted before TCP's own dissector ran.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_NOTES_H
#define SYNFIN_NOTES_H

#include <stddef.h>
#include <stdint.h>

#include "host_flow.h"
#include "shim.h"

#pragma GCC visibility push(hidden)

/* The two ends, the smaller one first, so that both directions are one flow. */
struct flow_key {
    uint64_t low[2];
    uint64_t high[2];
    uint64_t ports;
};

struct note {
    host_flow flow;
    synfin_segment segment;
    struct flow_key key;
    uint64_t hash;
    size_t bytes_len;
    uint8_t bytes[SYNFIN_HEADER_MAX];
};

void notes_reset(void);
/* A new note for the next layer of the frame that is being dissected. The notes of another frame are gone then. NULL
 * when there are too many. */
struct note *notes_add(const packet_info *pinfo);
/* The tracker's number for the layer of the frame's first note: 0, except for a reused frame number
 * (reused_frames.h). */
uint32_t notes_first_layer(void);
/* The note of a frame on its first visit, when the frame has only this one so far. The caller deals with it at once:
 * from now on it counts as done. NULL: the frame has more notes or was visited before; they are dealt with together
 * later. */
struct note *notes_take_single(const packet_info *pinfo);
/* Ends the dissection of a frame: says how many notes it has, and how many of these are done. The notes stay for the
 * frame's taps, until another dissection makes notes. */
uint32_t notes_take(uint32_t frame, uint32_t *done);
struct note *notes_first(void);
/* The note of a frame and of a layer by the tracker's number. NULL when there is none, or when this frame was not the
 * last one dissected. */
const struct note *notes_find(uint32_t frame, uint32_t layer);

#pragma GCC visibility pop

#endif
