/* post_dissector.c: see post_dissector.h. Wireshark calls a post-dissector for every frame while its protocol is
 * enabled, and a call costs half a per cent of a plain listing. So this one belongs to a protocol of its own, which is
 * enabled only for the frames that need it. Users do not see that protocol: they cannot switch it, it stands in no
 * list, and no frame shows it, because the dissector always returns 0.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "post_dissector.h"

#include "host.h"

/* NULL: it is called for every frame. */
static uint8_t *post_dissector_enabled;

void post_dissector_register(dissector_t dissect)
{
    int proto =
        host.proto_register_protocol("TCP Lifecycle, after all others", "synfin after all", "synfin_after_all");
    host.register_postdissector(host.create_dissector_handle(dissect, proto));
    post_dissector_enabled = host_enabled_of(proto);
    host.proto_set_cant_toggle(proto);
    post_dissector_disable();
}

void post_dissector_enable(void)
{
    if (post_dissector_enabled != NULL)
        *post_dissector_enabled = 1;
}

void post_dissector_disable(void)
{
    if (post_dissector_enabled != NULL)
        *post_dissector_enabled = 0;
}
