/* after.h: a dissector that Wireshark calls for a frame after all others, when it was asked to.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_AFTER_H
#define SYNFIN_AFTER_H

#include "host_functions.h"

#pragma GCC visibility push(hidden)

void after_register(dissector_t dissect);
/* Asks for the call for the frame that is being dissected, or takes that back. It may be called unasked too. */
void after_call(void);
void after_call_not(void);

#pragma GCC visibility pop

#endif
