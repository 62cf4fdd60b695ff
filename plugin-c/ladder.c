/* ladder.c: see ladder.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ladder.h"

#include "host_graph.h"
#include "notes.h"
#include "segment_tap.h"

static synfin_shown shown;

/* Only a segment with a step and a RST have an arrow, so the ladder shows handshakes and teardowns without a filter. */
static tap_packet_status draw_segment(void *graph, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                      tap_flags_t flags)
{
    const struct tapped_segment *tapped = data;
    const struct note *note = notes_find(tapped->frame, tapped->layer);
    synfin_request request = {
        .struct_size = sizeof request, .final_pass = tapped->final_pass, .want = SYNFIN_WANT_LADDER};
    if (note == NULL || !shim_is_ok(synfin_tracker_show(shim.tracker, &note->segment, note->bytes, note->bytes_len,
                                                        &request, &shown)))
        return TAP_PACKET_DONT_REDRAW;
    if (shown.arrow == NULL || shown.margin == NULL)
        return TAP_PACKET_DONT_REDRAW;
    return host_draw_arrow(graph, pinfo, edt, flags, &note->flow, shown.arrow, shown.margin);
}

void ladder_register(void)
{
    shown.struct_size = sizeof shown;
    host_register_flow_graph("synfin", shim_word(SYNFIN_WORD_PROTOCOL), shim.proto, "synfin", draw_segment);
}
