/* fields.c: see fields.h. Knows no field by name.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fields.h"

#include "host.h"

#define EXPERTS_MAX 64
#define NS_IN_S 1000000000

static hf_register_info fields[SYNFIN_FIELDS_MAX];
static int field_ids[SYNFIN_FIELDS_MAX];
static uint8_t subtrees[SYNFIN_FIELDS_MAX];
static size_t field_count;

static ei_register_info experts[EXPERTS_MAX];
static expert_field expert_ids[EXPERTS_MAX];
static size_t expert_count;

/* ---- registration ---------------------------------------------------------------------------------------- */

static void describe_type(header_field_info *info, uint8_t type)
{
    static const struct {
        enum ftenum type;
        int display;
    } types[] = {
        [SYNFIN_TYPE_STRING] = {FT_STRING, BASE_NONE},
        [SYNFIN_TYPE_UINT8] = {FT_UINT8, BASE_DEC},
        [SYNFIN_TYPE_UINT32] = {FT_UINT32, BASE_DEC},
        [SYNFIN_TYPE_INT64] = {FT_INT64, BASE_DEC},
        [SYNFIN_TYPE_BOOLEAN] = {FT_BOOLEAN, BASE_NONE},
        [SYNFIN_TYPE_TIME] = {FT_RELATIVE_TIME, BASE_NONE},
        [SYNFIN_TYPE_FRAME] = {FT_FRAMENUM, BASE_NONE},
        [SYNFIN_TYPE_UINT64] = {FT_UINT64, BASE_DEC},
        [SYNFIN_TYPE_INT32] = {FT_INT32, BASE_DEC},
        [SYNFIN_TYPE_ABSOLUTE_TIME] = {FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC},
    };
    if (type >= sizeof types / sizeof types[0])
        type = SYNFIN_TYPE_STRING;
    info->type = types[type].type;
    info->display = types[type].display;
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
        subtrees[i] = table[i].subtree;
    }
    host.proto_register_field_array(shim.proto, fields, (int)field_count);
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
    host.expert_register_field_array(host.expert_register_protocol(shim.proto), experts, (int)expert_count);
}

void fields_register(void)
{
    register_fields();
    register_experts();
}

/* ---- what is wanted -------------------------------------------------------------------------------------- */

bool fields_is_referenced(const header_field_info *info)
{
    return info->ref_type != HF_REF_TYPE_NONE;
}

/* Eight at a time: it is asked for every frame, and nearly always nothing reads any of the eight. Those behind the last
 * field or expert are zero. */
#define AT_A_TIME 8
_Static_assert(HF_REF_TYPE_NONE == 0, "what nothing reads is zero");
_Static_assert(SYNFIN_FIELDS_MAX % AT_A_TIME == 0 && EXPERTS_MAX % AT_A_TIME == 0, "a whole number of eights");

static void want_some(size_t first, uint64_t bits[2])
{
    for (size_t i = first; i < first + AT_A_TIME; i++) {
        if (fields_is_referenced(&fields[i].hfinfo))
            bits[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

static void want_all(uint64_t bits[2])
{
    for (size_t i = 0; i < field_count; i++)
        bits[i / 64] |= UINT64_C(1) << (i % 64);
}

void fields_want(bool all, uint64_t bits[2])
{
    if (all) {
        want_all(bits);
        return;
    }
    for (size_t i = 0; i < field_count; i += AT_A_TIME) {
        unsigned any = 0;
        for (size_t j = 0; j < AT_A_TIME; j++)
            any |= (unsigned)fields[i + j].hfinfo.ref_type;
        if (any != 0)
            want_some(i, bits);
    }
}

bool fields_expert_is_referenced(void)
{
    unsigned any = 0;
    for (size_t i = 0; i < expert_count; i++)
        any |= (unsigned)experts[i].eiinfo.hf_info.hfinfo.ref_type;
    return any != 0;
}

bool fields_are_all_wanted(proto_tree *tree)
{
    for (size_t i = 0; i < field_count; i++) {
        if (!fields_is_referenced(&fields[i].hfinfo))
            return host_wants_field(tree, field_ids[i]);
    }
    return true;
}

uint8_t fields_subtree(size_t field)
{
    return field < field_count ? subtrees[field] : SYNFIN_SUBTREE_TOP;
}

/* ---- adding ---------------------------------------------------------------------------------------------- */

/* Also before 1970: the nanoseconds count forwards from the second below. */
static proto_item *add_time(proto_tree *tree, int id, tvbuff_t *tvb, int64_t ns)
{
    nstime_t time;
    time.secs = ns / NS_IN_S;
    time.nsecs = (int)(ns % NS_IN_S);
    if (time.nsecs < 0) {
        time.secs--;
        time.nsecs += NS_IN_S;
    }
    return host.proto_tree_add_time(tree, id, tvb, 0, 0, &time);
}

static proto_item *add_value(proto_tree *tree, tvbuff_t *tvb, const synfin_value *value)
{
    int id = field_ids[value->field];
    switch (value->type) {
    case SYNFIN_TYPE_STRING:
        return host.proto_tree_add_string(tree, id, tvb, 0, 0, value->text);
    case SYNFIN_TYPE_UINT8:
    case SYNFIN_TYPE_UINT32:
    case SYNFIN_TYPE_FRAME:
        return host.proto_tree_add_uint(tree, id, tvb, 0, 0, (uint32_t)value->number);
    case SYNFIN_TYPE_INT32:
        return host.proto_tree_add_int(tree, id, tvb, 0, 0, (int32_t)value->number);
    case SYNFIN_TYPE_INT64:
        return host.proto_tree_add_int64(tree, id, tvb, 0, 0, value->number);
    case SYNFIN_TYPE_UINT64:
        return host.proto_tree_add_uint64(tree, id, tvb, 0, 0, (uint64_t)value->number);
    case SYNFIN_TYPE_BOOLEAN:
        return host_add_boolean(tree, id, tvb, value->number != 0);
    case SYNFIN_TYPE_TIME:
    case SYNFIN_TYPE_ABSOLUTE_TIME:
        return add_time(tree, id, tvb, value->number);
    default:
        return NULL;
    }
}

proto_item *fields_add(proto_tree *tree, tvbuff_t *tvb, const synfin_value *value)
{
    proto_item *item = value->field < field_count ? add_value(tree, tvb, value) : NULL;
    host_mark_generated(item);
    return item;
}

void fields_add_experts(packet_info *pinfo, proto_item *item, uint64_t set)
{
    for (size_t i = 0; i < expert_count; i++) {
        if ((set >> i & 1) != 0)
            host.expert_add_info(pinfo, item, &expert_ids[i]);
    }
}
