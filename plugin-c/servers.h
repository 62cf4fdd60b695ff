/* servers.h: the table of servers, -z synfin,servers and the Statistics menu.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_SERVERS_H
#define SYNFIN_SERVERS_H

#pragma GCC visibility push(hidden)

void servers_register(void);

#pragma GCC visibility pop

#endif
