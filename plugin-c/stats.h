/* stats.h: the statistics tree, -z synfin,tree and the Statistics menu.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_STATS_H
#define SYNFIN_STATS_H

#pragma GCC visibility push(hidden)

/* At hand-off. */
void stats_register(void);

#pragma GCC visibility pop

#endif
