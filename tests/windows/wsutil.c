/* wsutil.c: libwsutil of the stand-in, in which Wireshark's allocator lies; see host.h. One pool, for a frame's dissection.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    max_align_t bytes[];
};

static struct block *blocks;

void *pool_bytes(size_t size)
{
    struct block *block = calloc(1, sizeof *block + size);
    if (block == NULL)
        abort();
    block->next = blocks;
    blocks = block;
    return block->bytes;
}

/* What is used after the frame's end shows. */
void *wmem_alloc(wmem_allocator_t *allocator, const size_t size)
{
    (void)allocator;
    return memset(pool_bytes(size), 0xa5, size);
}

/* Of a header that synfin does not include. */
char *get_persconffile_path(const char *name, truth from_profile);

/* Where the test says that the user's file of preferences lies; there may be none. */
char *get_persconffile_path(const char *name, truth from_profile)
{
    const char *folder = g_getenv("STAND_IN_PREFERENCES");
    (void)from_profile;
    return folder == NULL ? g_strdup(name) : g_strconcat(folder, "/", name, NULL);
}

char *pool_text(const char *format, ...)
{
    char text[4096];
    va_list arguments;
    int len;
    va_start(arguments, format);
    len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof text)
        abort();
    return memcpy(pool_bytes((size_t)len + 1), text, (size_t)len + 1);
}

void pool_clear(void)
{
    while (blocks != NULL) {
        struct block *block = blocks;
        blocks = block->next;
        free(block);
    }
}
