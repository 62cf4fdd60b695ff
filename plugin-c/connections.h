/* connections.h: the table of connections, -z synfin,conn and the Statistics menu.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_CONNECTIONS_H
#define SYNFIN_CONNECTIONS_H

#pragma GCC visibility push(hidden)

void connections_register(void);

#pragma GCC visibility pop

#endif
