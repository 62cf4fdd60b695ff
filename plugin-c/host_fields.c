/* host_fields.c: see host_fields.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host_fields.h"

#include "host.h"

#define NS_IN_S 1000000000

static hf_register_info host_fields[HOST_FIELDS_MAX];
static int host_field_ids[HOST_FIELDS_MAX];
static size_t host_field_count;

static ei_register_info host_experts[HOST_EXPERTS_MAX];
static expert_field host_expert_ids[HOST_EXPERTS_MAX];
static size_t host_expert_count;

/* ---- registration ---------------------------------------------------------------------------------------- */

void host_add_field(const char *name, const char *title, const char *blurb, enum ftenum type, int display)
{
    static const header_field_info empty = {NULL, NULL, FT_NONE, BASE_NONE, NULL, 0, NULL, HFILL};
    header_field_info *info;
    if (host_field_count == HOST_FIELDS_MAX)
        return;
    info = &host_fields[host_field_count].hfinfo;
    *info = empty;
    info->name = title;
    info->abbrev = name;
    info->blurb = blurb;
    info->type = type;
    info->display = display;
    host_field_ids[host_field_count] = -1;
    host_fields[host_field_count].p_id = &host_field_ids[host_field_count];
    host_field_count++;
}

void host_add_expert(const char *name, const char *text, int group, int severity)
{
    static const expert_field no_id = EI_INIT;
    static const ei_register_info empty = {NULL, {NULL, 0, 0, NULL, EXPFILL}};
    ei_register_info *expert;
    if (host_expert_count == HOST_EXPERTS_MAX)
        return;
    expert = &host_experts[host_expert_count];
    host_expert_ids[host_expert_count] = no_id;
    *expert = empty;
    expert->ids = &host_expert_ids[host_expert_count];
    expert->eiinfo.name = name;
    expert->eiinfo.group = group;
    expert->eiinfo.severity = severity;
    expert->eiinfo.summary = text;
    host_expert_count++;
}

void host_register_fields(int proto)
{
    host.proto_register_field_array(proto, host_fields, (int)host_field_count);
    host.expert_register_field_array(host.expert_register_protocol(proto), host_experts, (int)host_expert_count);
}

/* ---- what is read ---------------------------------------------------------------------------------------- */

const header_field_info *host_info(int id)
{
    return host.proto_registrar_get_nth((unsigned)id);
}

bool host_is_referenced(const header_field_info *info)
{
    return info->ref_type != HF_REF_TYPE_NONE;
}

bool host_is_named(const header_field_info *info)
{
    return info->ref_type >= HF_REF_TYPE_DIRECT;
}

/* Eight at a time: this is asked for every frame, and nearly always nothing reads any of the eight. The entries behind
 * the last field or expert item are zero. */
#define AT_A_TIME 8
_Static_assert(HF_REF_TYPE_NONE == 0, "what nothing reads is zero");
_Static_assert(HOST_FIELDS_MAX % AT_A_TIME == 0, "a whole number of eights");

static void want_some(size_t first, uint64_t bits[2])
{
    for (size_t i = first; i < first + AT_A_TIME; i++) {
        if (host_is_referenced(&host_fields[i].hfinfo))
            bits[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

static void want_all(uint64_t bits[2])
{
    for (size_t i = 0; i < host_field_count; i++)
        bits[i / 64] |= UINT64_C(1) << (i % 64);
}

void host_wanted_fields(bool all, uint64_t bits[2])
{
    if (all) {
        want_all(bits);
        return;
    }
    for (size_t i = 0; i < host_field_count; i += AT_A_TIME) {
        unsigned any = 0;
        for (size_t j = 0; j < AT_A_TIME; j++)
            any |= (unsigned)host_fields[i + j].hfinfo.ref_type;
        if (any != 0)
            want_some(i, bits);
    }
}

bool host_wants_an_expert(void)
{
    unsigned any = 0;
    for (size_t i = 0; i < host_expert_count; i++)
        any |= (unsigned)host_experts[i].eiinfo.hf_info.hfinfo.ref_type;
    return any != 0;
}

bool host_wants_all_fields(proto_tree *tree)
{
    for (size_t i = 0; i < host_field_count; i++) {
        if (!host_is_referenced(&host_fields[i].hfinfo))
            return host_wants_field(tree, host_field_ids[i]);
    }
    return true;
}

/* ---- adding ---------------------------------------------------------------------------------------------- */

int host_field_id(size_t field)
{
    return host_field_ids[field];
}

/* Before 1970 too the nanoseconds count forwards, from the second below. */
proto_item *host_add_time(proto_tree *tree, int id, tvbuff_t *tvb, int64_t ns)
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

void host_add_experts(packet_info *pinfo, proto_item *item, uint64_t set)
{
    for (size_t i = 0; i < host_expert_count; i++) {
        if ((set >> i & 1) != 0)
            host.expert_add_info(pinfo, item, &host_expert_ids[i]);
    }
}
