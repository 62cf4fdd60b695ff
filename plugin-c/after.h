/* after.h: the dissector that Wireshark calls when all others are through with a frame, where one asked for it.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_AFTER_H
#define SYNFIN_AFTER_H

#include "host_functions.h"

#pragma GCC visibility push(hidden)

void after_register(dissector_t dissect);
/* Whether it is called for the frame that is being dissected; it may be called for others too. */
void after_call(void);
void after_call_not(void);

#pragma GCC visibility pop

#endif
