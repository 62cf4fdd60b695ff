/* host.h: the frame, the tree and the columns, where Wireshark's versions differ.
 *
 * Only the host files look into Wireshark's structures: at the offsets of one row of host_layout.h where the series
 * differ, by the member's name where all series have the same layout (host_facts.h says which). They are also the only
 * ones that call a function whose prototype is not the same in every supported series. core/tests/layers looks.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_H
#define SYNFIN_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "host_functions.h"

#pragma GCC visibility push(hidden)

/* ---- the frame ------------------------------------------------------------------------------------------- */

uint32_t host_frame_number(const packet_info *pinfo);
/* False the first time that a frame of this file is dissected. */
bool host_visited(const packet_info *pinfo);
/* Where the frame lies in its file: no two frames have the same. */
int64_t host_file_offset(const packet_info *pinfo);
/* False when the frame has no time stamp. */
bool host_time(const packet_info *pinfo, int64_t *seconds, int32_t *nanoseconds);
/* Whether what is being dissected is a header that an ICMP error quotes. */
bool host_is_quoted(const packet_info *pinfo);
/* Whether what is being dissected is a fragment that was not reassembled. */
bool host_is_fragment(const packet_info *pinfo);
/* Sets the name of the current protocol, which expert items and error messages show. Returns the name before. */
const char *host_name_protocol(packet_info *pinfo, const char *name);
/* Memory that lives until the dissection of the frame and its taps have ended. */
wmem_allocator_t *host_pool(const packet_info *pinfo);

/* The function that a handle calls. `like` is a handle that was made in the same way, for `function`. NULL when it
 * cannot be found out. */
dissector_t host_function_of(dissector_handle_t handle, dissector_handle_t like, dissector_t function);
/* The byte in which Wireshark keeps whether a protocol is enabled: 0 or 1. NULL when it cannot be found out. */
uint8_t *host_enabled_of(int proto);

/* ---- the tree -------------------------------------------------------------------------------------------- */

bool host_is_enabled(const protocol_t *protocol);
/* Something reads this field, or the tree is visible. False for a NULL tree. */
bool host_wants_field(proto_tree *tree, int field);
/* These do nothing to a NULL item. */
void host_mark_generated(proto_item *item);
void host_hide(proto_item *item);
void host_unhide(proto_item *item);
proto_item *host_add_boolean(proto_tree *tree, int field, tvbuff_t *tvb, bool value);

/* ---- the columns ----------------------------------------------------------------------------------------- */

/* False when nobody reads any column. */
bool host_has_columns(const packet_info *pinfo);
bool host_wants_info(const packet_info *pinfo);
bool host_wants_severity(const packet_info *pinfo);
/* Puts a text and a space at the front of the Info column. It replaces `instead_of`, if that stands there. What other
 * dissectors protect by a fence stays. */
void host_prepend_info(const packet_info *pinfo, const char *text, const char *instead_of);

/* The texts that two columns had, while they hold other ones. */
typedef struct host_columns {
    char *info;
    char *protocol;
} host_columns;
void host_exchange_columns(const packet_info *pinfo, const char *info, const char *protocol, host_columns *saved);
void host_put_back_columns(const packet_info *pinfo, host_columns *saved);

/* ---- the plugin ------------------------------------------------------------------------------------------- */

/* Wireshark calls the first while it registers all protocols, and the second once it has them all. */
void host_register_plugin(void (*register_protocol)(void), void (*hand_off)(void));

/* ---- the preferences ------------------------------------------------------------------------------------- */

/* A preference that is on or off: older series write an int into it, newer ones a bool. */
typedef struct host_switch {
    int storage;
} host_switch;

#define HOST_SWITCH_ON {1}

bool host_is_on(const host_switch *preference);
void host_register_switch(module_t *module, const char *name, const char *title, const char *description,
                          host_switch *preference);

#pragma GCC visibility pop

#endif
