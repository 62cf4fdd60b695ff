/* language.c: see language.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "language.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "host_functions.h"
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

bool language_of_preference(const char *value, uint8_t *chosen)
{
    *chosen = language_of_system();
    if (strcmp(value, "en") == 0)
        *chosen = SYNFIN_LANGUAGE_ENGLISH;
    else if (strcmp(value, "zh") == 0)
        *chosen = SYNFIN_LANGUAGE_CHINESE;
    else
        return strcmp(value, LANGUAGE_AUTO) == 0;
    return true;
}

/* The last line "NAME: value" counts. Cuts the text into its lines and words. */
static const char *value_of(char *text, const char *name)
{
    static const char blank[] = " \t\r";
    const char *value = LANGUAGE_AUTO;
    size_t len = strlen(name);
    char *line = text;
    while (line != NULL) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        if (strncmp(line, name, len) == 0 && line[len] == ':') {
            char *start = line + len + 1 + strspn(line + len + 1, blank);
            start[strcspn(start, blank)] = '\0';
            value = start;
        }
        line = end;
    }
    return value;
}

uint8_t language_of_saved_preference(void)
{
    char *path = host.get_persconffile_path == NULL ? NULL : host.get_persconffile_path("preferences", 1);
    char *text = NULL;
    uint8_t chosen = language_of_system();
    if (path != NULL && host.read_file(path, &text, NULL, NULL) != 0)
        (void)language_of_preference(value_of(text, "synfin.language"), &chosen);
    host.release(text);
    host.release(path);
    return chosen;
}
