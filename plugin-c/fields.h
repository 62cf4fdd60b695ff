/* fields.h: the library's fields and expert information, as Wireshark knows them.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_FIELDS_H
#define SYNFIN_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim.h"

#pragma GCC visibility push(hidden)

void fields_register(void);

/* Something reads a field or protocol: a filter, a column, -e. */
bool fields_is_referenced(const header_field_info *info);
/* Sets the bit of each field that something reads, or of all. */
void fields_want(bool all, uint64_t bits[2]);
/* Something reads an expert information of synfin's by its name. */
bool fields_expert_is_referenced(void);
/* In a visible tree every field counts as referred to, also those that nobody names: that is how it shows. The protocol
 * cannot tell: it counts as referred to for a protocol hierarchy too, where synfin would be a protocol inside TCP's. */
bool fields_are_all_wanted(proto_tree *tree);
/* SYNFIN_SUBTREE_*. */
uint8_t fields_subtree(size_t field);
/* Adds a value as a generated item; NULL when it is of no field, or the tree takes none. */
proto_item *fields_add(proto_tree *tree, tvbuff_t *tvb, const synfin_value *value);

/* Adds the expert information of which `experts` has the bit. */
void fields_add_experts(packet_info *pinfo, proto_item *item, uint64_t experts);

#pragma GCC visibility pop

#endif
