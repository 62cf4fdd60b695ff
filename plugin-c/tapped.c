/* tapped.c: see tapped.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tapped.h"

#include "host.h"
#include "host_stats.h"

static uint32_t last_frame;

void tapped_register(void)
{
    shim.tap = host.register_tap("synfin");
}

void tapped_reset(void)
{
    last_frame = 0;
}

void tapped_saw_frame(uint32_t frame)
{
    last_frame = frame;
}

bool tapped_has_listener(void)
{
    return host_has_listener(shim.tap);
}

void tapped_queue(packet_info *pinfo, const synfin_segment *segment, uint8_t final_pass)
{
    struct tapped *tapped = host.wmem_alloc(host_pool(pinfo), sizeof *tapped);
    tapped->frame = segment->frame;
    tapped->layer = segment->layer;
    tapped->final_pass = final_pass;
    host.tap_queue_packet(shim.tap, pinfo, tapped);
}

bool tapped_is_last(const struct tapped *tapped)
{
    return tapped->final_pass != 0 && tapped->frame == last_frame;
}
