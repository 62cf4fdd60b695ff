/* segment_tap.h: the tap "synfin", and what its listeners get of a segment.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_SEGMENT_TAP_H
#define SYNFIN_SEGMENT_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "shim.h"

#pragma GCC visibility push(hidden)

/* Lives in the frame's memory. */
struct tapped_segment {
    uint32_t frame;
    uint32_t layer;
    uint8_t final_pass;
};

void segment_tap_register(void);
/* Another capture file. */
void segment_tap_reset(void);
/* To be called when a segment was taken in, on the first visit of its frame. */
void segment_tap_saw_frame(uint32_t frame);

bool segment_tap_has_listener(void);
void segment_tap_queue(packet_info *pinfo, const synfin_segment *segment, uint8_t final_pass);
/* Whether this is a final pass, and no later frame of the capture file has a segment. */
bool segment_tap_is_last(const struct tapped_segment *tapped);

#pragma GCC visibility pop

#endif
