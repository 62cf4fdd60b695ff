/* show.c: values of the library -> tree items, Info column, expert information, tap. Knows no field by name.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shim.h"

#include <string.h>
#include <epan/expert.h>
#include <epan/tap.h>
#include <epan/wmem_scopes.h>

#define EXPERTS_MAX 64
#define SUFFIX_MAX 256

static hf_register_info fields[SYNFIN_FIELDS_MAX];
static int field_ids[SYNFIN_FIELDS_MAX];
static size_t field_count;

static ei_register_info experts[EXPERTS_MAX];
static expert_field expert_ids[EXPERTS_MAX];
static size_t expert_count;

static int subtree = -1;
static int part_trees[3] = {-1, -1, -1};
static uint8_t field_places[SYNFIN_FIELDS_MAX];
static int expert_tap;
static const header_field_info *proto_info;
static const header_field_info *expert_info;

/* One frame's dissection at a time: Wireshark has one thread for it. */
static synfin_request request;
static synfin_shown shown;
static bool is_in_tree;
static bool has_listener;
static char suffix[SUFFIX_MAX];

/* ---- registration ---------------------------------------------------------------------------------------- */

static void describe_type(header_field_info *info, uint8_t type)
{
    info->display = BASE_NONE;
    switch (type) {
    case SYNFIN_TYPE_UINT8:
        info->type = FT_UINT8;
        info->display = BASE_DEC;
        break;
    case SYNFIN_TYPE_UINT32:
        info->type = FT_UINT32;
        info->display = BASE_DEC;
        break;
    case SYNFIN_TYPE_INT64:
        info->type = FT_INT64;
        info->display = BASE_DEC;
        break;
    case SYNFIN_TYPE_UINT64:
        info->type = FT_UINT64;
        info->display = BASE_DEC;
        break;
    case SYNFIN_TYPE_BOOLEAN:
        info->type = FT_BOOLEAN;
        break;
    case SYNFIN_TYPE_TIME:
        info->type = FT_RELATIVE_TIME;
        break;
    case SYNFIN_TYPE_FRAME:
        info->type = FT_FRAMENUM;
        break;
    case SYNFIN_TYPE_INT32:
        info->type = FT_INT32;
        info->display = BASE_DEC;
        break;
    case SYNFIN_TYPE_ABSOLUTE_TIME:
        info->type = FT_ABSOLUTE_TIME;
        info->display = ABSOLUTE_TIME_UTC;
        break;
    default:
        info->type = FT_STRING;
        break;
    }
}

static void register_fields(void)
{
    static const header_field_info empty = {NULL, NULL, FT_NONE, BASE_NONE, NULL, 0, NULL, HFILL};
    const synfin_field *table = synfin_fields(shim.language, &field_count);
    if (field_count > SYNFIN_FIELDS_MAX)
        field_count = SYNFIN_FIELDS_MAX;
    for (size_t i = 0; i < field_count; i++) {
        header_field_info *info = &fields[i].hfinfo;
        field_ids[i] = -1;
        fields[i].p_id = &field_ids[i];
        *info = empty;
        info->name = table[i].title;
        info->abbrev = table[i].name;
        info->blurb = table[i].blurb;
        describe_type(info, table[i].type);
        field_places[i] = table[i].place <= SYNFIN_PLACE_NUMBERS ? table[i].place : SYNFIN_PLACE_TOP;
    }
    proto_register_field_array(shim.proto, fields, (int)field_count);
}

static int expert_group(uint8_t group)
{
    switch (group) {
    case SYNFIN_GROUP_PROTOCOL:
        return PI_PROTOCOL;
    case SYNFIN_GROUP_RESPONSE:
        return PI_RESPONSE_CODE;
    default:
        return PI_SEQUENCE;
    }
}

static int expert_severity(uint8_t severity)
{
    switch (severity) {
    case SYNFIN_SEVERITY_ERROR:
        return PI_ERROR;
    case SYNFIN_SEVERITY_WARNING:
        return PI_WARN;
    case SYNFIN_SEVERITY_NOTE:
        return PI_NOTE;
    default:
        return PI_CHAT;
    }
}

static void register_experts(void)
{
    static const expert_field no_id = EI_INIT;
    static const ei_register_info empty = {NULL, {NULL, 0, 0, NULL, EXPFILL}};
    const synfin_expert *table = synfin_experts(shim.language, &expert_count);
    if (expert_count > EXPERTS_MAX)
        expert_count = EXPERTS_MAX;
    for (size_t i = 0; i < expert_count; i++) {
        expert_ids[i] = no_id;
        experts[i] = empty;
        experts[i].ids = &expert_ids[i];
        experts[i].eiinfo.name = table[i].name;
        experts[i].eiinfo.group = expert_group(table[i].group);
        experts[i].eiinfo.severity = expert_severity(table[i].severity);
        experts[i].eiinfo.summary = table[i].text;
    }
    expert_register_field_array(expert_register_protocol(shim.proto), experts, (int)expert_count);
}

void show_register(void)
{
    static int *subtrees[] = {&subtree, &part_trees[1], &part_trees[2]};
    register_fields();
    register_experts();
    proto_register_subtree_array(subtrees, 3);
    request.struct_size = sizeof request;
    shown.struct_size = sizeof shown;
}

/* Wireshark registers its expert information after the plugins' hand-off. */
void show_begin_file(void)
{
    expert_tap = find_tap_id("expert");
    expert_info = proto_registrar_get_nth((unsigned)proto_expert);
    proto_info = proto_registrar_get_nth((unsigned)shim.proto);
}

/* ---- what is wanted -------------------------------------------------------------------------------------- */

static void want_field(size_t i)
{
    request.fields[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool is_referenced(const header_field_info *info)
{
    return info->ref_type != HF_REF_TYPE_NONE;
}

/* In a visible tree every field counts as referred to, also those that nobody names: that is how it shows. The protocol
 * cannot tell: it counts as referred to for a protocol hierarchy too, where synfin would be a protocol inside TCP's. */
static bool is_visible(proto_tree *tree)
{
    for (size_t i = 0; i < field_count; i++) {
        if (!is_referenced(&fields[i].hfinfo))
            return host_wants_field(tree, field_ids[i]);
    }
    return true;
}

/* A tree that is not visible takes the fields that a filter, a column or -e refers to; the protocol then counts as
 * referred to indirectly. Expert information needs an item to stand under. */
static bool want_fields(proto_tree *tree)
{
    bool takes_all;
    if (tree == NULL)
        return false;
    takes_all = is_visible(tree);
    if (!takes_all && !is_referenced(proto_info) && !is_referenced(expert_info))
        return false;
    for (size_t i = 0; i < field_count; i++) {
        if (takes_all || is_referenced(&fields[i].hfinfo))
            want_field(i);
    }
    if (takes_all || proto_info->ref_type >= HF_REF_TYPE_DIRECT)
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
    has_listener = host_has_listener(shim.tap);
    if (is_in_tree || host_has_listener(expert_tap) || host_wants_severity(pinfo))
        request.want |= SYNFIN_WANT_EXPERTS;
    if (shim_adds_to_info() && host_wants_info(pinfo))
        request.want |= SYNFIN_WANT_SUFFIX;
    if (request.want == 0 && !is_in_tree && !has_listener)
        return false;
    request.final_pass = host_visited(pinfo) ? 1 : 0;
    return true;
}

/* ---- showing --------------------------------------------------------------------------------------------- */

static proto_item *add_value(proto_tree *tree, tvbuff_t *tvb, const synfin_value *value)
{
    int id = field_ids[value->field];
    nstime_t time;
    switch (value->type) {
    case SYNFIN_TYPE_STRING:
        return proto_tree_add_string(tree, id, tvb, 0, 0, value->text);
    case SYNFIN_TYPE_UINT8:
    case SYNFIN_TYPE_UINT32:
    case SYNFIN_TYPE_FRAME:
        return proto_tree_add_uint(tree, id, tvb, 0, 0, (uint32_t)value->number);
    case SYNFIN_TYPE_INT64:
        return proto_tree_add_int64(tree, id, tvb, 0, 0, value->number);
    case SYNFIN_TYPE_UINT64:
        return proto_tree_add_uint64(tree, id, tvb, 0, 0, (uint64_t)value->number);
    case SYNFIN_TYPE_BOOLEAN:
        return host_add_boolean(tree, id, tvb, value->number != 0);
    case SYNFIN_TYPE_INT32:
        return proto_tree_add_int(tree, id, tvb, 0, 0, (int32_t)value->number);
    case SYNFIN_TYPE_ABSOLUTE_TIME:
        time.nsecs = (int)(value->number % 1000000000);
        time.secs = value->number / 1000000000;
        if (time.nsecs < 0) {
            time.nsecs += 1000000000;
            time.secs -= 1;
        }
        return proto_tree_add_time(tree, id, tvb, 0, 0, &time);
    case SYNFIN_TYPE_TIME:
        time.secs = value->number / 1000000000;
        time.nsecs = (int)(value->number % 1000000000);
        return proto_tree_add_time(tree, id, tvb, 0, 0, &time);
    default:
        return NULL;
    }
}

static proto_item *add_item(proto_tree *tree, tvbuff_t *tvb)
{
    const char *label = shown.label != NULL ? shown.label : "TCP Lifecycle";
    proto_item *item = proto_tree_add_protocol_format(tree, shim.proto, tvb, 0, 0, "%s", label);
    host_mark_generated(item);
    return item;
}

/* Where nobody looks at the protocol itself - a filter, a column or -e names fields, and the tree is not visible - they need
 * no item to stand under, which would cost more than they do. */
static proto_item *add_to_tree(proto_tree *tree, tvbuff_t *tvb)
{
    bool needs_item = (request.want & SYNFIN_WANT_LABEL) != 0 || shown.experts != 0;
    proto_item *item = needs_item ? add_item(tree, tvb) : NULL;
    proto_tree *leaves = needs_item ? proto_item_add_subtree(item, subtree) : tree;
    proto_tree *parts[3] = {leaves, NULL, NULL};
    for (uint32_t i = 0; i < shown.value_count; i++) {
        const synfin_value *value = &shown.values[i];
        uint8_t place;
        proto_item *added;
        if (value->field >= field_count)
            continue;
        place = needs_item && value->is_hidden == 0 ? field_places[value->field] : SYNFIN_PLACE_TOP;
        if (parts[place] == NULL) {
            proto_item *part;
            parts[place] = proto_tree_add_subtree(leaves, tvb, 0, 0, part_trees[place], &part,
                                                  synfin_word(shim.language, place == SYNFIN_PLACE_CONNECTION
                                                                                 ? SYNFIN_WORD_THIS_CONNECTION
                                                                                 : SYNFIN_WORD_X_AND_Y));
            host_mark_generated(part);
        }
        added = add_value(parts[place], tvb, value);
        host_mark_generated(added);
        if (value->is_hidden != 0)
            proto_item_set_hidden(added);
    }
    return item;
}

static void add_experts(packet_info *pinfo, proto_item *item)
{
    for (size_t i = 0; i < expert_count; i++) {
        if ((shown.experts >> i & 1) != 0)
            expert_add_info(pinfo, item, &expert_ids[i]);
    }
}

static void tap_segment(packet_info *pinfo, const struct shim_note *note)
{
    struct shim_tapped *tapped = wmem_alloc(host_pool(pinfo), sizeof *tapped);
    tapped->note = *note;
    tapped->final_pass = request.final_pass;
    tap_queue_packet(shim.tap, pinfo, tapped);
}

void show_segment(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const struct shim_note *note)
{
    proto_item *item = NULL;
    if (!shim_is_ok(synfin_tracker_show(shim.tracker, &note->segment, note->octets, note->octets_len, &request, &shown)))
        return;
    if (is_in_tree)
        item = add_to_tree(tree, tvb);
    if (shown.experts != 0 && (request.want & SYNFIN_WANT_EXPERTS) != 0)
        add_experts(pinfo, item);
    if (shown.suffix != NULL && (request.want & SYNFIN_WANT_SUFFIX) != 0)
        (void)g_strlcpy(suffix, shown.suffix, sizeof suffix);
    if (has_listener)
        tap_segment(pinfo, note);
}

void show_icmp(packet_info *pinfo, proto_tree *tree, tvbuff_t *tvb, const synfin_icmp *icmp)
{
    proto_item *item = NULL;
    if (!shim_is_ok(synfin_tracker_show_icmp(shim.tracker, icmp, &request, &shown)))
        return;
    if (is_in_tree)
        item = add_to_tree(tree, tvb);
    if (shown.experts != 0 && (request.want & SYNFIN_WANT_EXPERTS) != 0)
        add_experts(pinfo, item);
}

/* The Info column has one suffix: that of the last layer with one. */
void show_end(packet_info *pinfo)
{
    if (suffix[0] != '\0')
        host_append_info(pinfo, suffix);
}
