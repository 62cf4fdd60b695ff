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
/* To be called for every frame, also for one without a note: before and after its streams are asked for. */
void streams_begin_frame(void);
void streams_end_frame(void);
/* To be called as early as possible before streams_find(): has what that will look at fetched from memory. */
void streams_expect(struct note *note);
/* Fills in the stream of a note; false when TCP has none for it. */
bool streams_find(packet_info *pinfo, struct note *note);

#pragma GCC visibility pop

#endif
