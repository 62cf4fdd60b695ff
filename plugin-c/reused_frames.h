/* reused_frames.h: frame numbers that Wireshark gives more than once. With a read filter (tshark -2 -R) the number of a
 * frame that is thrown away goes to the next frame too. To the tracker, which knows each segment by frame and layer,
 * all of them are layers of one frame, in the order of the capture: those of the frame that keeps the number come last.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_REUSED_FRAMES_H
#define SYNFIN_REUSED_FRAMES_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* For one kind of layer. All zero: no number came twice. */
struct reused_frames {
    struct reused_frame *all;
    uint32_t count;
    uint32_t room;
};

void reused_frames_reset(struct reused_frames *reused);
/* Another frame has this number now; `layers` says how many layers the frame had that was thrown away. Frame numbers
 * come in ascending order. */
void reused_frames_add(struct reused_frames *reused, uint32_t frame, uint32_t layers);
/* The tracker's number for the first layer of a frame. */
uint32_t reused_frames_first_layer(const struct reused_frames *reused, uint32_t frame);

#pragma GCC visibility pop

#endif
