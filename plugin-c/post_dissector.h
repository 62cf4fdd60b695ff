/* post_dissector.h: a dissector that Wireshark calls for a frame after all others, when it is enabled.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_POST_DISSECTOR_H
#define SYNFIN_POST_DISSECTOR_H

#include "host_functions.h"

#pragma GCC visibility push(hidden)

void post_dissector_register(dissector_t dissect);
/* Whether Wireshark calls it for the frame that is being dissected. Where that cannot be switched, it calls it for
 * every frame. */
void post_dissector_enable(void);
void post_dissector_disable(void);

#pragma GCC visibility pop

#endif
