/* count_frames.c: preloaded into a tshark under callgrind, switches the counting on between two frames of a capture.
 *
 * The program reads each frame with wtap_read(). Starting up costs as much as tens of thousands of frames, and is not
 * what is measured: callgrind starts with --instr-atstart=no, this switches it on before frame SYNFIN_COUNT_FROM is
 * read, and ends the program before frame SYNFIN_COUNT_TO is. It prints nothing; the count is in callgrind's file.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <valgrind/callgrind.h>

/* What Wireshark's hash tables are seeded with: with another seed other keys share a bucket, and the same tshark takes up to
 * one per cent more or less. */
uint32_t g_random_int(void);

uint32_t g_random_int(void)
{
    return UINT32_C(0x9e3779b9);
}

/* Five arguments in 4.6, six before, all of them in registers: what is passed on beyond the fifth does no harm. */
typedef int (*read_frame)(void *, void *, void *, void *, void *, void *);

static unsigned long number_of(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : strtoul(text, NULL, 10);
}

int wtap_read(void *a, void *b, void *c, void *d, void *e, void *f);

int wtap_read(void *a, void *b, void *c, void *d, void *e, void *f)
{
    static read_frame next;
    static unsigned long frame;
    static unsigned long from;
    static unsigned long to;
    if (next == NULL) {
        void *found = dlsym(RTLD_NEXT, "wtap_read");
        next = *(read_frame *)&found;
        from = number_of("SYNFIN_COUNT_FROM");
        to = number_of("SYNFIN_COUNT_TO");
    }
    frame++;
    if (frame == from) {
        CALLGRIND_START_INSTRUMENTATION;
        CALLGRIND_ZERO_STATS;
    } else if (frame == to) {
        CALLGRIND_STOP_INSTRUMENTATION;
        _exit(0);
    }
    return next(a, b, c, d, e, f);
}
