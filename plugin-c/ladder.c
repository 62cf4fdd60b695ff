/* ladder.c: the ladder diagram of openings and closings, -z flow,synfin and a flow type in the Flow Graph window.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

static synfin_shown shown;

/* Segments without a step that are no RST have no arrow: the ladder shows openings and closings without a filter. */
static tap_packet_status draw_segment(void *graph, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                      tap_flags_t flags)
{
    const struct shim_tapped *tapped = data;
    const struct shim_note *note = &tapped->note;
    synfin_request request = {
        .struct_size = sizeof request, .final_pass = tapped->final_pass, .want = SYNFIN_WANT_LADDER};
    if (!shim_is_ok(synfin_tracker_show(shim.tracker, &note->segment, note->octets, note->octets_len, &request, &shown)))
        return TAP_PACKET_DONT_REDRAW;
    if (shown.arrow == NULL || shown.margin == NULL)
        return TAP_PACKET_DONT_REDRAW;
    return host_draw_arrow(graph, pinfo, edt, flags, &note->flow, shown.arrow, shown.margin);
}

void ladder_register(void)
{
    shown.struct_size = sizeof shown;
    host_register_flow_graph("synfin", "TCP Lifecycle", shim.proto, "synfin", draw_segment);
}
