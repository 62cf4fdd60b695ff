/* show.c: see show.h. Knows no field by name.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "show.h"

#include <stdio.h>

#include "fields.h"
#include "host.h"
#include "host_stats.h"
#include "tapped.h"

#define SUFFIX_MAX 256

/* Subtrees, by SYNFIN_SUBTREE_*: that of the item itself, then those in it. */
#define SUBTREES (SYNFIN_SUBTREE_NUMBERS + 1)

static int subtrees[SUBTREES] = {-1, -1, -1};
static int expert_tap;
static const header_field_info *proto_info;
static const header_field_info *expert_info;
static host_switch info_column = HOST_SWITCH_ON;

/* One frame's dissection at a time: Wireshark has one thread for it. */
static synfin_request request;
static synfin_shown shown;
static bool is_in_tree;
static bool is_visible;
static bool has_listener;
static char suffix[SUFFIX_MAX];

void show_register(module_t *preferences)
{
    static int *ids[SUBTREES];
    for (size_t i = 0; i < SUBTREES; i++)
        ids[i] = &subtrees[i];
    host.proto_register_subtree_array(ids, SUBTREES);
    host_register_switch(preferences, "info_column", shim_word(SYNFIN_WORD_INFO_TITLE),
                         shim_word(SYNFIN_WORD_INFO_TEXT), &info_column);
    request.struct_size = sizeof request;
    shown.struct_size = sizeof shown;
}

/* Wireshark registers its expert information after the plugins' hand-off. */
void show_begin_file(void)
{
    expert_tap = host.find_tap_id("expert");
    expert_info = host.proto_registrar_get_nth((unsigned)*host.proto_expert);
    proto_info = host.proto_registrar_get_nth((unsigned)shim.proto);
}

/* ---- what is wanted -------------------------------------------------------------------------------------- */

static bool is_referenced(const header_field_info *info)
{
    return info->ref_type != HF_REF_TYPE_NONE;
}

/* A tree that is not visible takes the fields that a filter, a column or -e refers to; the protocol then counts as
 * referred to indirectly. Expert information needs an item to stand under. */
static bool want_fields(proto_tree *tree)
{
    is_visible = tree != NULL && fields_are_all_wanted(tree);
    if (tree == NULL || (!is_visible && !is_referenced(proto_info) && !is_referenced(expert_info)))
        return false;
    for (size_t i = 0; i < fields_count(); i++) {
        if (is_visible || fields_is_referenced(i))
            request.fields[i / 64] |= UINT64_C(1) << (i % 64);
    }
    if (is_visible || proto_info->ref_type >= HF_REF_TYPE_DIRECT)
        request.want |= SYNFIN_WANT_LABEL;
    return true;
}

bool show_begin(packet_info *pinfo, proto_tree *tree)
{
    request.want = 0;
    request.fields[0] = 0;
    request.fields[1] = 0;
    suffix[0] = '\0';
    is_in_tree = want_fields(tree);
    has_listener = tapped_has_listener();
    if (is_in_tree || host_has_listener(expert_tap) || host_wants_severity(pinfo))
        request.want |= SYNFIN_WANT_EXPERTS;
    if (host_is_on(&info_column) && host_wants_info(pinfo))
        request.want |= SYNFIN_WANT_SUFFIX;
    if (request.want == 0 && !is_in_tree && !has_listener)
        return false;
    request.final_pass = host_visited(pinfo) ? 1 : 0;
    return true;
}

/* ---- the tree -------------------------------------------------------------------------------------------- */

static const char *subtree_title(uint8_t subtree)
{
    return shim_word(subtree == SYNFIN_SUBTREE_CONNECTION ? SYNFIN_WORD_THIS_CONNECTION : SYNFIN_WORD_X_AND_Y);
}

static proto_item *add_item(proto_tree *tree, tvbuff_t *tvb)
{
    const char *label = shown.label != NULL ? shown.label : shim_word(SYNFIN_WORD_PROTOCOL);
    proto_item *item = host.proto_tree_add_protocol_format(tree, shim.proto, tvb, 0, 0, "%s", label);
    host_mark_generated(item);
    return item;
}

/* The values of one subtree, in their order. A subtree is made for the first of them, and hidden while all in it are. */
static void add_subtree(proto_tree *parent, tvbuff_t *tvb, uint8_t subtree)
{
    proto_tree *leaves = subtree == SYNFIN_SUBTREE_TOP ? parent : NULL;
    proto_item *title = NULL;
    for (uint32_t i = 0; i < shown.value_count; i++) {
        const synfin_value *value = &shown.values[i];
        proto_item *leaf;
        if (fields_subtree(value->field) != subtree)
            continue;
        if (leaves == NULL) {
            leaves = host.proto_tree_add_subtree(parent, tvb, 0, 0, subtrees[subtree], &title, subtree_title(subtree));
            host_mark_generated(title);
            host_hide(title);
        }
        leaf = fields_add(leaves, tvb, value);
        if (value->is_hidden != 0)
            host_hide(leaf);
        else
            host_unhide(title);
    }
}

/* Where nobody looks at the protocol itself - a filter, a column or -e names fields, and the tree is not visible - they need
 * no item to stand under, which would cost more than they do. */
static proto_item *add_to_tree(proto_tree *tree, tvbuff_t *tvb)
{
    bool needs_item = (request.want & SYNFIN_WANT_LABEL) != 0 || shown.experts != 0;
    proto_item *item = needs_item ? add_item(tree, tvb) : NULL;
    proto_tree *leaves = needs_item ? host.proto_item_add_subtree(item, subtrees[SYNFIN_SUBTREE_TOP]) : tree;
    if (is_visible) {
        for (uint8_t subtree = 0; subtree < SUBTREES; subtree++)
            add_subtree(leaves, tvb, subtree);
        return item;
    }
    for (uint32_t i = 0; i < shown.value_count; i++)
        (void)fields_add(leaves, tvb, &shown.values[i]);
    return item;
}

/* ---- showing --------------------------------------------------------------------------------------------- */

static void show(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb)
{
    proto_item *item = is_in_tree ? add_to_tree(tree, tvb) : NULL;
    if (shown.experts != 0 && (request.want & SYNFIN_WANT_EXPERTS) != 0)
        fields_add_experts(pinfo, item, shown.experts);
    if (shown.suffix != NULL && (request.want & SYNFIN_WANT_SUFFIX) != 0)
        (void)snprintf(suffix, sizeof suffix, "%s", shown.suffix);
}

void show_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const synfin_segment *segment,
                  const uint8_t *bytes, size_t bytes_len)
{
    if (!shim_is_ok(synfin_tracker_show(shim.tracker, segment, bytes, bytes_len, &request, &shown)))
        return;
    show(pinfo, tree, tvb);
    if (has_listener)
        tapped_queue(pinfo, segment, request.final_pass);
}

void show_icmp(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const synfin_icmp *icmp)
{
    if (shim_is_ok(synfin_tracker_show_icmp(shim.tracker, icmp, &request, &shown)))
        show(pinfo, tree, tvb);
}

/* The Info column is told of one segment, the last layer with a step or a RST: the line is about the innermost one. */
void show_end(packet_info *pinfo)
{
    if (suffix[0] != '\0')
        host_prepend_info(pinfo, suffix);
}
