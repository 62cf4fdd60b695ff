/* ladder.h: the ladder diagram of handshakes and teardowns, -z flow,synfin and a flow type in the Flow Graph window.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_LADDER_H
#define SYNFIN_LADDER_H

#pragma GCC visibility push(hidden)

void ladder_register(void);

#pragma GCC visibility pop

#endif
