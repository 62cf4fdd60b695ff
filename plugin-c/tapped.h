/* tapped.h: the tap "synfin": what its listeners get of a segment.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_TAPPED_H
#define SYNFIN_TAPPED_H

#include <stdbool.h>
#include <stdint.h>

#include "shim.h"

#pragma GCC visibility push(hidden)

/* Lives in the frame's memory. */
struct tapped {
    uint32_t frame;
    uint32_t layer;
    uint8_t final_pass;
};

void tapped_register(void);
/* Another capture file. */
void tapped_reset(void);
/* A frame of which a segment was taken in, on its first visit. */
void tapped_saw_frame(uint32_t frame);

bool tapped_has_listener(void);
void tapped_queue(packet_info *pinfo, const synfin_segment *segment, uint8_t final_pass);
/* In a final pass no other frame of this capture file comes after this one. */
bool tapped_is_last(const struct tapped *tapped);

#pragma GCC visibility pop

#endif
