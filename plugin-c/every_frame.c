/* every_frame.c: the files whose functions run for every frame, as one unit: the compiler puts them into each other, which
 * spares a tenth of what the shim costs (docs/COST.md). Each is a file of its own in every other respect.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.c"
#include "host_flow.c"
#include "host_stats.c"
#include "host_fields.c"
#include "shim.c"
#include "after.c"
#include "reused.c"
#include "notes.c"
#include "streams.c"
#include "tapped.c"
#include "fields.c"
#include "icmp.c"
#include "show.c"
#include "feed.c"
