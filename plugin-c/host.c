/* host.c: see host.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <string.h>

#include "host_inside.h"

/* ---- the frame ------------------------------------------------------------------------------------------- */

uint32_t host_frame_number(const packet_info *pinfo)
{
    return host_number_at(pinfo, host_layout->pinfo_num);
}

bool host_visited(const packet_info *pinfo)
{
    return host_flag_at(host_pointer_at(pinfo, host_layout->pinfo_fd), host_layout->frame_visited_at,
                        host_layout->frame_visited_mask);
}

int64_t host_file_offset(const packet_info *pinfo)
{
    int64_t offset;
    memcpy(&offset, host_at(host_pointer_at(pinfo, host_layout->pinfo_fd), host_layout->frame_file_off), sizeof offset);
    return offset;
}

bool host_time(const packet_info *pinfo, int64_t *seconds, int32_t *nanoseconds)
{
    nstime_t stamp;
    if ((host_number_at(pinfo, host_layout->pinfo_presence_flags) & PINFO_HAS_TS) == 0)
        return false;
    memcpy(&stamp, host_at(pinfo, host_layout->pinfo_abs_ts), sizeof stamp);
    *seconds = stamp.secs;
    *nanoseconds = stamp.nsecs;
    return true;
}

bool host_is_quoted(const packet_info *pinfo)
{
    return host_flag_at(pinfo, host_layout->pinfo_in_error_pkt_at, host_layout->pinfo_in_error_pkt_mask);
}

bool host_is_fragment(const packet_info *pinfo)
{
    return host_flag_at(pinfo, host_layout->pinfo_fragmented_at, host_layout->pinfo_fragmented_mask);
}

const char *host_name_protocol(packet_info *pinfo, const char *name)
{
    const char *before = host_pointer_at(pinfo, host_layout->pinfo_current_proto);
    memcpy((char *)pinfo + host_layout->pinfo_current_proto, &name, sizeof name);
    return before;
}

wmem_allocator_t *host_pool(const packet_info *pinfo)
{
    return host_pointer_at(pinfo, host_layout->pinfo_pool);
}

/* The headers do not show what is in a handle. So we look where a handle of a known function has that function. The
 * kind of the function stands in front of it, and has to be the same in both. */
dissector_t host_function_of(dissector_handle_t handle, dissector_handle_t like, dissector_t function)
{
    /* The size of the smallest handle, that of 4.0. */
    enum { WORD = sizeof(void *), WORDS = 6 };
    for (size_t at = WORD; at < WORDS * WORD; at += WORD) {
        dissector_t found;
        memcpy(&found, host_at(like, at), sizeof found);
        if (found != function)
            continue;
        memcpy(&found, host_at(handle, at), sizeof found);
        return host_number_at(handle, at - WORD) == host_number_at(like, at - WORD) ? found : NULL;
    }
    return NULL;
}

/* The headers do not show what is in a protocol either. The byte is the one that changes when Wireshark disables it. */
uint8_t *host_enabled_of(int proto)
{
    /* The smallest protocol is larger than this. */
    enum { SIZE = 48 };
    uint8_t enabled[SIZE];
    uint8_t *protocol = (uint8_t *)host.find_protocol_by_id(proto);
    uint8_t *found = NULL;
    size_t changed = 0;
    host.proto_set_decoding(proto, 1);
    memcpy(enabled, protocol, SIZE);
    host.proto_set_decoding(proto, 0);
    for (size_t at = 0; at < SIZE; at++) {
        if (protocol[at] == enabled[at])
            continue;
        found = &protocol[at];
        changed++;
    }
    host.proto_set_decoding(proto, 1);
    return changed == 1 && *found == 1 ? found : NULL;
}

/* ---- the tree -------------------------------------------------------------------------------------------- */

bool host_is_enabled(const protocol_t *protocol)
{
    return HOST_TRUTH(host.proto_is_protocol_enabled(protocol));
}

bool host_wants_field(proto_tree *tree, int field)
{
    return HOST_TRUTH(host.proto_field_is_referenced(tree, field));
}

static void change_flags(proto_item *item, uint32_t set, uint32_t clear)
{
    char *info = item == NULL ? NULL : host_pointer_at(item, host_layout->node_finfo);
    uint32_t flags;
    if (info == NULL)
        return;
    flags = (host_number_at(info, host_layout->finfo_flags) | set) & ~clear;
    memcpy(info + host_layout->finfo_flags, &flags, sizeof flags);
}

void host_mark_generated(proto_item *item)
{
    change_flags(item, FI_GENERATED, 0);
}

void host_hide(proto_item *item)
{
    change_flags(item, FI_HIDDEN, 0);
}

void host_unhide(proto_item *item)
{
    change_flags(item, 0, FI_HIDDEN);
}

proto_item *host_add_boolean(proto_tree *tree, int field, tvbuff_t *tvb, bool value)
{
    return host.proto_tree_add_boolean(tree, field, tvb, 0, 0, value ? 1 : 0);
}

/* ---- the columns ----------------------------------------------------------------------------------------- */

static column_info *columns_of(const packet_info *pinfo)
{
    return host_pointer_at(pinfo, host_layout->pinfo_cinfo);
}

bool host_has_columns(const packet_info *pinfo)
{
    return columns_of(pinfo) != NULL;
}

static bool is_writable(const packet_info *pinfo, int column)
{
    column_info *columns = columns_of(pinfo);
    return columns != NULL && HOST_TRUTH(host.col_get_writable(columns, column));
}

bool host_wants_info(const packet_info *pinfo)
{
    return is_writable(pinfo, host_layout->col_info);
}

bool host_wants_severity(const packet_info *pinfo)
{
    return is_writable(pinfo, host_layout->col_expert);
}

/* Wireshark does not say where a column's fence is; but a column that is cleared keeps what stands before it. */
static size_t clear_to_fence(column_info *columns, int column)
{
    const char *kept;
    host.col_clear(columns, column);
    kept = host.col_get_text(columns, column);
    return kept == NULL ? 0 : strlen(kept);
}

/* For a column without a fence. */
static void put_line(column_info *columns, int column, char *line, size_t fence)
{
    char next = line[fence];
    line[fence] = '\0';
    host.col_add_str(columns, column, line);
    host.col_set_fence(columns, column);
    line[fence] = next;
    host.col_append_str(columns, column, line + fence);
}

/* How many bytes `front` and the space behind it take at the start of a text; 0 when it does not start with them. */
static size_t len_of_front(const char *text, const char *front)
{
    size_t len = strlen(front);
    return len != 0 && strncmp(text, front, len) == 0 && text[len] == ' ' ? len + 1 : 0;
}

/* Does what col_prepend_fstr() does, in less time. To copy into a column costs Wireshark twenty instructions a
 * character, since it looks for characters that cannot be printed; the text of a column was looked through already. So
 * when there is no fence, the column only gets a pointer to `line`. The next frame overwrites that, and then the column
 * is no longer needed. */
void host_prepend_info(const packet_info *pinfo, const char *text, const char *instead_of)
{
    static char line[COL_MAX_INFO_LEN];
    column_info *columns = columns_of(pinfo);
    int column = host_layout->col_info;
    const char *before = host.col_get_text(columns, column);
    size_t start = strlen(text) + 1;
    size_t len;
    size_t fence;
    if (start >= sizeof line)
        return;
    if (before != NULL)
        before += len_of_front(before, instead_of);
    len = before == NULL ? 0 : strlen(before);
    if (len > sizeof line - start - 1)
        len = sizeof line - start - 1;
    memmove(line + start, before == NULL ? "" : before, len);
    memcpy(line, text, start - 1);
    line[start - 1] = ' ';
    line[start + len] = '\0';
    host.col_set_str(columns, column, line);
    if (host.col_get_text(columns, column) == line)
        return;
    /* There is a fence, and the line went behind it. */
    fence = clear_to_fence(columns, column);
    if (fence == 0 || fence > len) {
        host.col_add_str(columns, column, line);
        return;
    }
    host.col_clear_fence(columns, column);
    put_line(columns, column, line, start + fence);
}

/* A string that Wireshark may free, or NULL. */
static char *copy_text(const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text) + 1;
    char *copy = size == 0 ? NULL : host.allocate(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

/* Puts a text into a column; returns the one before, for the caller to release, or NULL when there is no such
 * column. */
static char *exchange_column(column_info *columns, int column, const char *text)
{
    char *before = copy_text(columns == NULL ? NULL : host.col_get_text(columns, column));
    bool was_writable;
    if (before == NULL)
        return NULL;
    was_writable = HOST_TRUTH(host.col_get_writable(columns, column));
    host.col_set_writable(columns, column, 1);
    host.col_clear_fence(columns, column);
    host.col_add_str(columns, column, text);
    host.col_set_writable(columns, column, was_writable ? 1 : 0);
    return before;
}

static void put_back_column(column_info *columns, int column, char *text)
{
    if (text != NULL)
        host.release(exchange_column(columns, column, text));
    host.release(text);
}

void host_exchange_columns(const packet_info *pinfo, const char *info, const char *protocol, host_columns *saved)
{
    saved->info = exchange_column(columns_of(pinfo), host_layout->col_info, info);
    saved->protocol = exchange_column(columns_of(pinfo), host_layout->col_protocol, protocol);
}

void host_put_back_columns(const packet_info *pinfo, host_columns *saved)
{
    put_back_column(columns_of(pinfo), host_layout->col_protocol, saved->protocol);
    put_back_column(columns_of(pinfo), host_layout->col_info, saved->info);
}

/* ---- the plugin ------------------------------------------------------------------------------------------ */

void host_register_plugin(void (*register_protocol)(void), void (*hand_off)(void))
{
    static proto_plugin plugin;
    plugin.register_protoinfo = register_protocol;
    plugin.register_handoff = hand_off;
    host.proto_register_plugin(&plugin);
}

/* ---- the preferences ------------------------------------------------------------------------------------- */

bool host_is_on(const host_switch *preference)
{
    return preference->storage != 0;
}

void host_register_switch(module_t *module, const char *name, const char *title, const char *description,
                          host_switch *preference)
{
    host.prefs_register_bool_preference(module, name, title, description, &preference->storage);
}
