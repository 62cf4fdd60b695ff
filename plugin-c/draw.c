/* draw.c: a last look before statistics are drawn.
 *
 * In a first pass a listener's filter may let an early segment of a connection through and none of the later ones: what
 * the listener noted then is out of date when its statistics are drawn. Wireshark's interfaces for trees and tables have
 * no call for that moment, a tap listener has: among the listeners of a tap the newest is drawn first.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <glib.h>

static tap_packet_status ask_for_redraw(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *tapped,
                                        tap_flags_t flags)
{
    (void)data;
    (void)pinfo;
    (void)edt;
    (void)tapped;
    (void)flags;
    return TAP_PACKET_REDRAW;
}

bool draw_settle(void *data, tap_draw_cb settle, tap_finish_cb gone)
{
    GString *error = register_tap_listener("synfin", data, NULL, 0, NULL, ask_for_redraw, settle, gone);
    if (error == NULL)
        return true;
    (void)g_string_free(error, TRUE);
    return false;
}

void draw_forget(void *data)
{
    remove_tap_listener(data);
}
