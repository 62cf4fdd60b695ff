/* shim.c: see shim.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <stdio.h>

#include "host.h"

/* How many titles of menus there can be, and how many bytes one can have. */
#define TITLES_MAX 8
#define TITLE_MAX 128

struct shim shim;

static bool has_failed;

void shim_begin_file(const synfin_options *options)
{
    has_failed = false;
    synfin_tracker_free(shim.tracker);
    shim.tracker = synfin_tracker_new(options);
}

void shim_end_file(void)
{
    synfin_tracker_free(shim.tracker);
    shim.tracker = NULL;
}

bool shim_is_enabled(void)
{
    return shim.enabled != NULL ? *shim.enabled != 0 : host_is_enabled(shim.protocol);
}

bool shim_is_ok(uint8_t status)
{
    if (status == SYNFIN_STATUS_PANICKED && !has_failed) {
        has_failed = true;
        fprintf(stderr, "synfin: stopped by a defect of its own; the rest of this capture has no annotations. "
                        "Please report it with the capture.\n");
    }
    return status == SYNFIN_STATUS_OK;
}

const char *shim_word(uint8_t word)
{
    return synfin_word(shim.language, word);
}

/* Wireshark keeps the title as long as the process runs. Each is asked for once. */
const char *shim_title(uint8_t word)
{
    static char titles[TITLES_MAX][TITLE_MAX];
    static size_t count;
    const char *what = shim_word(word);
    if (count == TITLES_MAX)
        return what;
    (void)snprintf(titles[count], TITLE_MAX, "%s: %s", shim_word(SYNFIN_WORD_PROTOCOL), what);
    return titles[count++];
}
