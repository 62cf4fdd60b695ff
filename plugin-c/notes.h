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

/* The two ends, the smaller one first: both directions are one flow. */
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
/* A new note of the frame that is being dissected, the next in layer order; what was noted of another is gone. NULL when
 * there are too many. */
struct note *notes_add(const packet_info *pinfo);
/* Which layer the first note of the frame is to the tracker: 0, but for reused numbers (reused.h). */
uint32_t notes_first_layer(void);
/* That of a frame seen for the first time, where all is done for it already once it is handed on, and it is the only one so
 * far. From then on it counts as done. NULL: there are others, and they are done together. */
struct note *notes_take_single(const packet_info *pinfo);
/* The dissection of a frame is over: how many it has, and how many of these are done. The notes stay for its taps, until the
 * next dissection has some. */
uint32_t notes_take(uint32_t frame, uint32_t *done);
struct note *notes_first(void);
/* Of the frame that was dissected last, the one that is this layer to the tracker; NULL when there is none. */
const struct note *notes_find(uint32_t frame, uint32_t layer);

#pragma GCC visibility pop

#endif
