/* language.c: see language.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "language.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "synfin.h"

#ifdef _WIN32

#include <windows.h>

uint8_t language_of_system(void)
{
    bool is_chinese = PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_CHINESE;
    return is_chinese ? SYNFIN_LANGUAGE_CHINESE : SYNFIN_LANGUAGE_ENGLISH;
}

#else

/* A name of a language, "zh_CN.UTF-8", begins with it. */
static bool is_of(const char *name, size_t len, const char *language)
{
    size_t code = strlen(language);
    return len >= code && strncmp(name, language, code) == 0 && (len == code || strchr("_.@", name[code]) != NULL);
}

/* POSIX: LC_ALL wins over LC_MESSAGES, which wins over LANG; an empty one counts as unset. */
static const char *locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "C";
}

/* As gettext: LANGUAGE, a list of names with colons between them, wins over the locale, but not over the locale C. */
uint8_t language_of_system(void)
{
    const char *name = locale();
    const char *list = getenv("LANGUAGE");
    if (list != NULL && strcmp(name, "C") != 0 && strcmp(name, "POSIX") != 0) {
        while (*list != '\0') {
            size_t len = strcspn(list, ":");
            if (is_of(list, len, "zh"))
                return SYNFIN_LANGUAGE_CHINESE;
            if (is_of(list, len, "en"))
                return SYNFIN_LANGUAGE_ENGLISH;
            list += len + (list[len] == ':');
        }
    }
    return is_of(name, strlen(name), "zh") ? SYNFIN_LANGUAGE_CHINESE : SYNFIN_LANGUAGE_ENGLISH;
}

#endif
