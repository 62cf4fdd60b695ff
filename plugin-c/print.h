/* print.h: -z synfin,jsonl and -z synfin,report: what is printed after the last frame.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_PRINT_H
#define SYNFIN_PRINT_H

#pragma GCC visibility push(hidden)

void print_register(void);

#pragma GCC visibility pop

#endif
