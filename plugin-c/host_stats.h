/* host_stats.h: taps, statistics and menus, where Wireshark's versions differ.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_STATS_H
#define SYNFIN_HOST_STATS_H

#include <stdbool.h>

#include "host_flow.h"
#include "host_functions.h"

#pragma GCC visibility push(hidden)

bool host_has_listener(int tap);
/* Adds a listener to a tap. False when the filter or the tap is refused: `error` then says why, cut at `room` bytes. */
bool host_listen(const char *tap, void *data, const char *filter, tap_reset_cb reset, tap_packet_cb packet,
                 tap_draw_cb draw, tap_finish_cb finish, char *error, size_t room);

/* -z NAME, at most HOST_COMMANDS_MAX of them. `begin` gets the whole text behind -z, and answers 1 when it may begin:
 * Wireshark asks from 4.6 on. */
#define HOST_COMMANDS_MAX 4
void host_register_command(const char *name, const char *title, int (*begin)(const char *argument, void *unused));

void host_register_stats_tree(const char *tap, const char *abbreviation, const char *menu, stat_tree_packet_cb packet,
                              stat_tree_init_cb init, stat_tree_cleanup_cb cleanup);
/* A node that may have children; returns its number. */
int host_stats_heading(stats_tree *tree, const char *name, int parent);
/* This node comes first, however the window sorts. */
void host_stats_keep_on_top(stats_tree *tree, const char *name, int parent);
/* Sets the count of a node. Makes the node when there is none of that name. */
void host_stats_set(stats_tree *tree, const char *name, int parent, int count);

/* `is_valid` answers 0 or 1, `build` a string that host.allocate() made, or NULL. */
void host_register_conversation_filter(const char *title, int (*is_valid)(packet_info *pinfo),
                                       char *(*build)(packet_info *pinfo));

#pragma GCC visibility pop

#endif
