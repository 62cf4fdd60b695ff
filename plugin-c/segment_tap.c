/* segment_tap.c: see segment_tap.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segment_tap.h"

#include "host.h"
#include "host_stats.h"

static uint32_t last_frame;

void segment_tap_register(void)
{
    shim.tap = host.register_tap("synfin");
}

void segment_tap_reset(void)
{
    last_frame = 0;
}

void segment_tap_saw_frame(uint32_t frame)
{
    last_frame = frame;
}

bool segment_tap_has_listener(void)
{
    return host_has_listener(shim.tap);
}

void segment_tap_queue(packet_info *pinfo, const synfin_segment *segment, uint8_t final_pass)
{
    struct tapped_segment *tapped = host.wmem_alloc(host_pool(pinfo), sizeof *tapped);
    tapped->frame = segment->frame;
    tapped->layer = segment->layer;
    tapped->final_pass = final_pass;
    host.tap_queue_packet(shim.tap, pinfo, tapped);
}

bool segment_tap_is_last(const struct tapped_segment *tapped)
{
    return tapped->final_pass != 0 && tapped->frame == last_frame;
}
