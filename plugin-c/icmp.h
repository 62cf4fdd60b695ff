/* icmp.h: the ICMP and ICMPv6 errors of the frame that is being dissected.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_ICMP_H
#define SYNFIN_ICMP_H

#include <stdbool.h>
#include <stdint.h>

#include "shim.h"

#pragma GCC visibility push(hidden)

void icmp_register(void);
/* `table` is ip.proto. */
void icmp_handoff(dissector_table_t table);
void icmp_reset(void);

/* Whether an ICMP error was noted in the frame that is being dissected. */
bool icmp_is_noted(uint32_t frame);
/* Ends the dissection of a frame, and says how many messages it has. They stay until the next dissection. */
uint32_t icmp_take(uint32_t frame);
const synfin_icmp *icmp_find(uint32_t layer);
/* Hands the first `count` messages to the tracker. */
void icmp_observe(uint32_t count);

#pragma GCC visibility pop

#endif
