/* fields.h: the library's fields and expert items, as Wireshark gets them.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_FIELDS_H
#define SYNFIN_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "shim.h"

#pragma GCC visibility push(hidden)

void fields_register(void);
/* SYNFIN_SUBTREE_*. */
uint8_t fields_subtree(size_t field);
/* Adds a value as a generated item. NULL when there is no such field, or when the tree does not take it. */
proto_item *fields_add(proto_tree *tree, tvbuff_t *tvb, const synfin_value *value);

#pragma GCC visibility pop

#endif
