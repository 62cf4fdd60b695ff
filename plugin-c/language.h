/* language.h: the languages of synfin, of its preference and of the system.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_LANGUAGE_H
#define SYNFIN_LANGUAGE_H

#include <stdbool.h>
#include <stdint.h>

/* The default of the preference: the language of the system. */
#define LANGUAGE_AUTO "auto"

#pragma GCC visibility push(hidden)

/* SYNFIN_LANGUAGE_*: that of the locale, or in Windows that of the user's settings. */
uint8_t language_of_system(void);
/* The language for a value of the preference synfin.language: en, zh or auto. Any other value chooses the language of
 * the system, and the result is false. */
bool language_of_preference(const char *value, uint8_t *chosen);
/* The language that the saved preferences ask for. We read Wireshark's file of them, because Wireshark takes labels,
 * menus and columns before it reads that file. */
uint8_t language_of_saved_preference(void);

#pragma GCC visibility pop

#endif
