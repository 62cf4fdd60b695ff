/* feed.h: hands every TCP segment and ICMP error to the tracker, and has them shown.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_FEED_H
#define SYNFIN_FEED_H

#pragma GCC visibility push(hidden)

void feed_register(void);
void feed_handoff(void);
/* Another capture file. */
void feed_reset(void);

#pragma GCC visibility pop

#endif
