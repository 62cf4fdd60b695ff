/* draw.h: brings statistics up to date before they are drawn.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_DRAW_H
#define SYNFIN_DRAW_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

struct drawing {
    void (*settle)(void *data);
    void *data;
    bool is_watched;
};

/* From now on `settle` is called with `data` before the present listeners are drawn. A second call changes nothing. */
void draw_watch(struct drawing *drawing);
/* To be called before the memory of `drawing` is freed. */
void draw_forget(struct drawing *drawing);

#pragma GCC visibility pop

#endif
