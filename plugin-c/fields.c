/* fields.c: see fields.h. Knows no field by name.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fields.h"

#include "host.h"
#include "host_fields.h"

_Static_assert(SYNFIN_FIELDS_MAX <= HOST_FIELDS_MAX, "there is room for every field");

static uint8_t subtrees[SYNFIN_FIELDS_MAX];
static size_t field_count;

/* ---- registration ---------------------------------------------------------------------------------------- */

static void register_field(const synfin_field *field)
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
    uint8_t type = field->type < sizeof types / sizeof types[0] ? field->type : SYNFIN_TYPE_STRING;
    host_add_field(field->name, field->title, field->blurb, types[type].type, types[type].display);
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

void fields_register(void)
{
    size_t expert_count;
    const synfin_field *fields = synfin_fields(shim.language, &field_count);
    const synfin_expert *experts = synfin_experts(shim.language, &expert_count);
    if (field_count > SYNFIN_FIELDS_MAX)
        field_count = SYNFIN_FIELDS_MAX;
    for (size_t i = 0; i < field_count; i++) {
        register_field(&fields[i]);
        subtrees[i] = fields[i].subtree;
    }
    for (size_t i = 0; i < expert_count; i++)
        host_add_expert(experts[i].name, experts[i].text, expert_group(experts[i].group),
                        expert_severity(experts[i].severity));
    host_register_fields(shim.proto);
}

uint8_t fields_subtree(size_t field)
{
    return field < field_count ? subtrees[field] : SYNFIN_SUBTREE_TOP;
}

/* ---- adding ---------------------------------------------------------------------------------------------- */

static proto_item *add_value(proto_tree *tree, tvbuff_t *tvb, const synfin_value *value)
{
    int id = host_field_id(value->field);
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
        return host_add_time(tree, id, tvb, value->number);
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
