/* host_fields.h: fields and expert information as Wireshark registers them, and whether anything reads them.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_FIELDS_H
#define SYNFIN_HOST_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host_functions.h"

#pragma GCC visibility push(hidden)

#define HOST_FIELDS_MAX 128
#define HOST_EXPERTS_MAX 64

/* ---- registration ---------------------------------------------------------------------------------------- */

/* Each adds one more, numbered from 0; those past the maximum are left out. The texts have to stay. */
void host_add_field(const char *name, const char *title, const char *blurb, enum ftenum type, int display);
void host_add_expert(const char *name, const char *text, int group, int severity);
/* Registers all that were added, for this protocol. */
void host_register_fields(int proto);

/* ---- what is read ---------------------------------------------------------------------------------------- */

/* What Wireshark knows of a field or a protocol. */
const header_field_info *host_info(int id);
/* Something reads it: a filter, a column, -e. */
bool host_is_referenced(const header_field_info *info);
/* It is named itself, and not only a field that belongs to it. */
bool host_is_named(const header_field_info *info);
/* Sets the bit of each field that something reads, or of all. */
void host_wanted_fields(bool all, uint64_t bits[2]);
/* Something reads one of the expert items by its name. */
bool host_wants_an_expert(void);
/* In a visible tree every field counts as referenced, also those that nobody names. This is how a visible tree is
 * recognized. */
bool host_wants_all_fields(proto_tree *tree);

/* ---- adding ---------------------------------------------------------------------------------------------- */

/* Wireshark's number of a field. */
int host_field_id(size_t field);
/* A time or a duration, in nanoseconds; one before 1970 is negative. */
proto_item *host_add_time(proto_tree *tree, int id, tvbuff_t *tvb, int64_t ns);
/* Adds the expert items of which `set` has the bit. */
void host_add_experts(packet_info *pinfo, proto_item *item, uint64_t set);

#pragma GCC visibility pop

#endif
