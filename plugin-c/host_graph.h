/* host_graph.h: flow graphs (ladders): a kind of flow of our own, its arrows, and what stands beside them.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_GRAPH_H
#define SYNFIN_HOST_GRAPH_H

#include "host_flow.h"

#pragma GCC visibility push(hidden)

/* The Flow Graph window and -z flow get a kind of flow of this name, which draws what the tap's listener hands to
 * host_draw_arrow(). Nothing happens in a Wireshark without flow graphs. */
void host_register_flow_graph(const char *name, const char *title, int proto, const char *tap, tap_packet_cb segment);
/* Draws one arrow. To be called by the listener of that tap, with the `graph`, `edt` and `flags` that it got. `margin`
 * stands beside the arrow, and behind it the label once more when tshark cuts that. */
tap_packet_status host_draw_arrow(void *graph, packet_info *pinfo, epan_dissect_t *edt, tap_flags_t flags,
                                  const host_flow *flow, const char *label, const char *margin);

#pragma GCC visibility pop

#endif
