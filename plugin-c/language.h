/* language.h: the languages of synfin, of its preference and of the system.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_LANGUAGE_H
#define SYNFIN_LANGUAGE_H

#include <stdbool.h>
#include <stdint.h>

/* The preference's default: that of the system. */
#define LANGUAGE_AUTO "auto"

#pragma GCC visibility push(hidden)

/* SYNFIN_LANGUAGE_*, by the locale, or by the user's setting in Windows. */
uint8_t language_of_system(void);
/* Of a value of the preference synfin.language: en, zh, auto. False when it is none of them; the system's is chosen then. */
bool language_of_preference(const char *value, uint8_t *chosen);
/* That of the preference as it is saved, in the preferences that Wireshark is about to read. It takes labels, menus and
 * columns before it reads them. */
uint8_t language_of_saved_preference(void);

#pragma GCC visibility pop

#endif
