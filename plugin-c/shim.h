/* shim.h: what all files of the shim share: Wireshark's ids, the tracker, and how to take its answers.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_SHIM_H
#define SYNFIN_SHIM_H

#include <stdbool.h>
#include <stdint.h>

#include "host_functions.h"

/* Only this shared object calls the library's functions, so they are hidden: only the symbols of a plugin are
 * visible. */
#pragma GCC visibility push(hidden)

#include "synfin.h"

/* The ids are set at registration; the tracker lives from one capture file's init to its cleanup. */
struct shim {
    int proto;
    int proto_tcp;
    int tap;
    const protocol_t *protocol;
    const uint8_t *enabled; /* NULL: Wireshark has to be asked */
    synfin_tracker *tracker;
    uint8_t language; /* of labels and titles, which Wireshark takes at registration */
};

extern struct shim shim;

/* A new capture file begins. */
void shim_begin_file(const synfin_options *options);
void shim_end_file(void);

/* Whether the user has synfin enabled. */
bool shim_is_enabled(void);

/* Whether a call succeeded. A defect of the library is reported once for each file, and ends the annotations of that
 * file. */
bool shim_is_ok(uint8_t status);

/* SYNFIN_WORD_* in the language of labels. */
const char *shim_word(uint8_t word);
/* "TCP Lifecycle: Connections", for a menu with entries of others. It lives as long as the process. */
const char *shim_title(uint8_t word);

#pragma GCC visibility pop

#endif
