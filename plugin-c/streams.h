/* streams.h: tcp.stream of a segment, mostly without asking Wireshark's conversation table.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_STREAMS_H
#define SYNFIN_STREAMS_H

#include <stdbool.h>

#include "notes.h"

#pragma GCC visibility push(hidden)

void streams_reset(void);
/* Before and after the streams of a frame are asked for; every frame, also those without a note. */
void streams_begin_frame(void);
void streams_end_frame(void);
/* A note of which streams_find() will be asked: what that will look at is on its way from memory meanwhile. */
void streams_expect(struct note *note);
/* Fills in the stream of a note; false when TCP has none for it. */
bool streams_find(packet_info *pinfo, struct note *note);

#pragma GCC visibility pop

#endif
