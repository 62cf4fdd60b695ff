/* show.c: see show.h. Knows no field by name.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "show.h"

#include <string.h>

#include "fields.h"
#include "host.h"
#include "host_fields.h"
#include "host_stats.h"
#include "segment_tap.h"

#define SUFFIX_MAX 256

/* Subtrees, by SYNFIN_SUBTREE_*: that of the item itself, then those in it. */
#define SUBTREES (SYNFIN_SUBTREE_NUMBERS + 1)

static int subtree_ids[SUBTREES] = {-1, -1, -1};
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
/* What goes into the Info column, and what an earlier segment of the frame has put there. Empty: nothing. */
static const char *suffix = "";
static const char *put = "";

void show_register(module_t *preferences)
{
    static int *ids[SUBTREES];
    for (size_t i = 0; i < SUBTREES; i++)
        ids[i] = &subtree_ids[i];
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
    expert_info = host_info(*host.proto_expert);
    proto_info = host_info(shim.proto);
}

/* ---- what is wanted -------------------------------------------------------------------------------------- */

/* A tree that is not visible takes only the fields that a filter, a column or -e names. The protocol then counts as
 * referenced, but not as named. The protocol cannot tell whether the tree is visible: it counts as named for a protocol
 * hierarchy too, where synfin would stand as a protocol inside TCP. Expert items need an item to stand under. */
static bool want_fields(proto_tree *tree)
{
    bool is_named;
    is_visible = tree != NULL && host_wants_all_fields(tree);
    if (tree == NULL || (!is_visible && !host_is_referenced(proto_info) && !host_is_referenced(expert_info)))
        return false;
    host_wanted_fields(is_visible, request.fields);
    is_named = is_visible || host_is_named(proto_info);
    if (is_named)
        request.want |= SYNFIN_WANT_LABEL;
    if (is_named || host_is_referenced(expert_info) || host_wants_an_expert())
        request.want |= SYNFIN_WANT_EXPERTS;
    return true;
}

bool show_begin(packet_info *pinfo, proto_tree *tree)
{
    request.want = 0;
    request.fields[0] = 0;
    request.fields[1] = 0;
    suffix = "";
    is_in_tree = want_fields(tree);
    has_listener = segment_tap_has_listener();
    if (host_has_listener(expert_tap) || host_wants_severity(pinfo))
        request.want |= SYNFIN_WANT_EXPERTS;
    /* Whether the column takes a text is asked only when there is a text. */
    if (host_is_on(&info_column) && host_has_columns(pinfo))
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

/* Adds the values of one subtree, in their order. The subtree is made with the first value, and is hidden while all its
 * values are. */
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
            leaves = host.proto_tree_add_subtree(parent, tvb, 0, 0, subtree_ids[subtree], &title, subtree_title(subtree));
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

/* When the tree is not visible, and a filter, a column or -e names fields and not the protocol, no item is made for the
 * fields to stand under: it would cost more than they do. */
static proto_item *add_to_tree(proto_tree *tree, tvbuff_t *tvb)
{
    bool needs_item = (request.want & SYNFIN_WANT_LABEL) != 0 || shown.experts != 0;
    proto_item *item = needs_item ? add_item(tree, tvb) : NULL;
    proto_tree *leaves = needs_item ? host.proto_item_add_subtree(item, subtree_ids[SYNFIN_SUBTREE_TOP]) : tree;
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

/* Expert items and Wireshark's own complaints name the current protocol. Not inlined, because most frames of a listing
 * have nothing to add, and its prologue would cost them time. */
__attribute__((noinline)) static void show_in_tree(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb)
{
    const char *before = host_name_protocol(pinfo, "synfin");
    proto_item *item = is_in_tree ? add_to_tree(tree, tvb) : NULL;
    if (shown.experts != 0)
        host_add_experts(pinfo, item, shown.experts);
    (void)host_name_protocol(pinfo, before);
}

/* Copies a suffix, because the next segment of the frame overwrites it. The room is several times the longest suffix;
 * one that did not fit would be left out. */
static const char *keep(const char *text, char room[SUFFIX_MAX])
{
    size_t size = strlen(text) + 1;
    if (size > SUFFIX_MAX)
        return "";
    memcpy(room, text, size);
    return room;
}

void show_more(void)
{
    static char kept[SUFFIX_MAX];
    put = keep(suffix, kept);
}

static void show(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb)
{
    if (is_in_tree || shown.experts != 0)
        show_in_tree(pinfo, tree, tvb);
    if (shown.suffix != NULL)
        suffix = shown.suffix;
}

static void show_tapped(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const synfin_segment *segment)
{
    show(pinfo, tree, tvb);
    if (has_listener)
        segment_tap_queue(pinfo, segment, request.final_pass);
}

void show_new_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const struct note *note)
{
    uint8_t status = synfin_tracker_observe_and_show(shim.tracker, &note->segment, note->bytes, note->bytes_len,
                                                     &request, &shown);
    put = "";
    if (!shim_is_ok(status))
        return;
    segment_tap_saw_frame(note->segment.frame);
    show_tapped(pinfo, tree, tvb, &note->segment);
}

void show_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const struct note *note)
{
    static char kept[SUFFIX_MAX];
    if (!shim_is_ok(synfin_tracker_show(shim.tracker, &note->segment, note->bytes, note->bytes_len, &request, &shown)))
        return;
    show_tapped(pinfo, tree, tvb, &note->segment);
    if (shown.suffix != NULL)
        suffix = keep(shown.suffix, kept);
}

void show_icmp(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const synfin_icmp *icmp)
{
    if (shim_is_ok(synfin_tracker_show_icmp(shim.tracker, icmp, &request, &shown)))
        show(pinfo, tree, tvb);
}

/* The Info column shows one segment of a frame: the last layer with a step or a RST, since the line is about the
 * innermost layer. */
void show_end(packet_info *pinfo)
{
    const char *text = suffix[0] != '\0' ? suffix : put;
    if (text[0] != '\0' && host_wants_info(pinfo))
        host_prepend_info(pinfo, text, put);
    put = "";
}
