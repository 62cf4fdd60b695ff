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

/* `preferences` is the module to which it adds the preference for the Info column. */
void show_register(module_t *preferences);
void show_begin_file(void);
/* To be called before show_begin(), when show_end() was called for this frame already and more of it is to be shown. */
void show_more(void);
/* Finds out what is wanted of this frame. False: nothing, and none of the functions below need be called. */
bool show_begin(packet_info *pinfo, proto_tree *tree);
/* Takes a segment in and shows it. */
void show_new_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const struct note *note);
/* Shows a segment that was taken in before. */
void show_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const struct note *note);
void show_icmp(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const synfin_icmp *icmp);
void show_end(packet_info *pinfo);

#pragma GCC visibility pop

#endif
