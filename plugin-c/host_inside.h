/* host_inside.h: the facts of the running series, and how to read at an offset. Only host*.c include it.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_INSIDE_H
#define SYNFIN_HOST_INSIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "host_layout.h"

/* One row of host_layout.h. */
struct host_layout {
    int major;
    int minor;
#define MEMBER(name, value) uint16_t name;
    HOST_LAYOUT_MEMBERS(MEMBER)
#undef MEMBER
};

/* The facts that are the same in every row, as host_same_NAME. */
enum {
#define SAME(name, value) host_same_##name = (value),
    HOST_LAYOUT_COMMON(SAME)
#undef SAME
};

#pragma GCC visibility push(hidden)
/* That of the running Wireshark. */
extern const struct host_layout *host_layout;
#pragma GCC visibility pop

static inline const void *host_at(const void *structure, size_t offset)
{
    return (const char *)structure + offset;
}

static inline void *host_pointer_at(const void *structure, size_t offset)
{
    void *value;
    memcpy(&value, host_at(structure, offset), sizeof value);
    return value;
}

static inline uint32_t host_number_at(const void *structure, size_t offset)
{
    uint32_t value;
    memcpy(&value, host_at(structure, offset), sizeof value);
    return value;
}

static inline uint8_t host_byte_at(const void *structure, size_t offset)
{
    return *(const unsigned char *)host_at(structure, offset);
}

static inline bool host_flag_at(const void *structure, size_t offset, uint16_t mask)
{
    return (host_byte_at(structure, offset) & mask) != 0;
}

#endif
