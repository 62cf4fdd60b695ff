/* filters.h: the entries of the packet list's Conversation Filter menu.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_FILTERS_H
#define SYNFIN_FILTERS_H

#pragma GCC visibility push(hidden)

void filters_register(void);

#pragma GCC visibility pop

#endif
