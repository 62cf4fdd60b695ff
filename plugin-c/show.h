/* show.h: what the library says of a segment or an ICMP error, in Wireshark's tree, Info column and expert information.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_SHOW_H
#define SYNFIN_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "notes.h"
#include "shim.h"

#pragma GCC visibility push(hidden)

/* Also registers the preference on the Info column, whose module this is. */
void show_register(module_t *preferences);
void show_begin_file(void);
/* More is shown of a frame of which show_end() was called already. Before show_begin(). */
void show_more(void);
/* What this frame's readers want; false when nothing does and the others need not be called. */
bool show_begin(packet_info *pinfo, proto_tree *tree);
/* Takes a segment in and shows it. */
void show_new_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const struct note *note);
/* Shows one that was taken in. */
void show_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const struct note *note);
void show_icmp(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const synfin_icmp *icmp);
void show_end(packet_info *pinfo);

#pragma GCC visibility pop

#endif
