/* language.h: the language of the system.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_LANGUAGE_H
#define SYNFIN_LANGUAGE_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* SYNFIN_LANGUAGE_*, by the locale, or by the user's setting in Windows. */
uint8_t language_of_system(void);

#pragma GCC visibility pop

#endif
