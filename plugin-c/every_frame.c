/* every_frame.c: the files whose functions run for every frame, compiled as one unit. The compiler can then inline
 * across them, which saves a tenth of what the shim costs (docs/COST.md). In every other respect each is a file of its
 * own.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.c"
#include "host_flow.c"
#include "host_stats.c"
#include "host_fields.c"
#include "shim.c"
#include "post_dissector.c"
#include "reused_frames.c"
#include "notes.c"
#include "streams.c"
#include "segment_tap.c"
#include "fields.c"
#include "icmp.c"
#include "show.c"
#include "feed.c"
