/* registry.c: protocols, fields, expert information, preferences and dissector tables of the stand-in; see host.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 1024

/* The plugin finds out where a protocol keeps whether it is enabled, and a handle its function: as Wireshark's do. */
struct _protocol {
    const char *name;
    const char *short_name;
    const char *filter_name;
    void *fields;
    int field; /* its number as a field */
    truth is_enabled;
    void *heuristics;
    void *more;
};

struct dissector_handle {
    const char *name;
    const char *description;
    const char *suffix;
    int kind;
    dissector_t dissect;
    void *data;
    int proto;
};

struct dissector_table {
    dissector_handle_t at[256];
};

struct expert_module {
    int proto;
};

struct preference {
    const module_t *module;
    const char *name;
    const char *title;
    truth *truth;
    const char **text;
};

static header_field_info *fields[ENTRIES_MAX];
static int field_count;
static protocol_t *protocols[ENTRIES_MAX];
static int protocol_count;
static int subtree_count;
static ei_register_info *experts[ENTRIES_MAX];
static int expert_count;
static struct preference preferences[ENTRIES_MAX];
static int preference_count;
static module_t *modules[ENTRIES_MAX];
static int module_count;
static void (*init_routines[16])(void);
static void (*cleanup_routines[16])(void);
static int init_count;
static int cleanup_count;
static const proto_plugin *plugins[16];
static int plugin_count;
static struct dissector_table ip_proto;
static dissector_handle_t postdissectors[16];
static int postdissector_count;

e_prefs prefs;
int proto_expert;

static void fail(const char *what)
{
    fprintf(stderr, "stand-in: %s\n", what);
    exit(70);
}

/* ---- fields and protocols */

static int add_field(header_field_info *info)
{
    if (field_count == ENTRIES_MAX)
        fail("too many fields");
    fields[field_count] = info;
    info->id = field_count;
    return field_count++;
}

header_field_info *proto_registrar_get_nth(guint n)
{
    return n < (guint)field_count ? fields[n] : NULL;
}

header_field_info *field_at(int id)
{
    return proto_registrar_get_nth((guint)id);
}

header_field_info *field_of(const char *name)
{
    for (int i = 0; i < field_count; i++) {
        if (strcmp(fields[i]->abbrev, name) == 0)
            return fields[i];
    }
    return NULL;
}

void all_fields_unreferenced(void)
{
    for (int i = 0; i < field_count; i++)
        fields[i]->ref_type = HF_REF_TYPE_NONE;
}

/* As a display filter's field, or one of -e: its protocol is referred to indirectly. */
void reference_field(const char *name)
{
    header_field_info *info = field_of(name);
    if (info == NULL)
        fail("no such field");
    info->ref_type = HF_REF_TYPE_DIRECT;
    if (info->parent != -1 && fields[info->parent]->ref_type != HF_REF_TYPE_DIRECT)
        fields[info->parent]->ref_type = HF_REF_TYPE_INDIRECT;
}

int proto_register_protocol(const char *name, const char *short_name, const char *filter_name)
{
    protocol_t *protocol = g_malloc0(sizeof *protocol);
    header_field_info *info = g_malloc0(sizeof *info);
    protocol->name = name;
    protocol->short_name = short_name;
    protocol->is_enabled = true;
    protocol->filter_name = filter_name;
    info->name = name;
    info->abbrev = filter_name;
    info->type = FT_PROTOCOL;
    info->parent = -1;
    protocol->field = add_field(info);
    protocols[protocol_count++] = protocol;
    return protocol->field;
}

int proto_register_protocol_in_name_only(const char *name, const char *short_name, const char *filter_name, int parent,
                                         enum ftenum type)
{
    int proto = proto_register_protocol(name, short_name, filter_name);
    fields[proto]->type = type;
    fields[proto]->parent = parent;
    return proto;
}

static protocol_t *protocol_at(int proto)
{
    for (int i = 0; i < protocol_count; i++) {
        if (protocols[i]->field == proto)
            return protocols[i];
    }
    return NULL;
}

protocol_t *find_protocol_by_id(const int proto)
{
    return protocol_at(proto);
}

truth proto_is_protocol_enabled(const protocol_t *protocol)
{
    return protocol != NULL && protocol->is_enabled;
}

void proto_set_decoding(const int proto, const truth is_enabled)
{
    protocol_at(proto)->is_enabled = is_enabled != 0;
}

void proto_set_cant_toggle(const int proto)
{
    if (protocol_at(proto) == NULL)
        fail("no such protocol");
}

int proto_get_id_by_filter_name(const char *filter_name)
{
    for (int i = 0; i < protocol_count; i++) {
        if (strcmp(protocols[i]->filter_name, filter_name) == 0)
            return protocols[i]->field;
    }
    return -1;
}

int proto_of(const char *filter_name)
{
    return proto_get_id_by_filter_name(filter_name);
}

const char *proto_name(int proto)
{
    const protocol_t *protocol = protocol_at(proto);
    return protocol == NULL ? "?" : protocol->filter_name;
}

void proto_register_field_array(const int parent, hf_register_info *hf, const int count)
{
    for (int i = 0; i < count; i++) {
        if (*hf[i].p_id != -1)
            fail("a field is registered twice");
        hf[i].hfinfo.parent = parent;
        *hf[i].p_id = add_field(&hf[i].hfinfo);
    }
}

void proto_register_subtree_array(int *const *indices, const int count)
{
    for (int i = 0; i < count; i++)
        *indices[i] = subtree_count++;
}

/* ---- expert information */

expert_module_t *expert_register_protocol(int proto)
{
    expert_module_t *module = g_malloc0(sizeof *module);
    module->proto = proto;
    return module;
}

/* Each is a field too, by which it is filtered for. */
void expert_register_field_array(expert_module_t *module, ei_register_info *ei, const int count)
{
    for (int i = 0; i < count; i++) {
        header_field_info *info = g_malloc0(sizeof *info);
        info->name = ei[i].eiinfo.summary;
        info->abbrev = ei[i].eiinfo.name;
        info->type = FT_NONE;
        info->parent = module->proto;
        ei[i].ids->hf = add_field(info);
        ei[i].ids->ei = expert_count;
        experts[expert_count++] = &ei[i];
    }
}

const ei_register_info *expert_at(int id);
const ei_register_info *expert_at(int id)
{
    return id >= 0 && id < expert_count ? experts[id] : NULL;
}

/* ---- preferences */

module_t *prefs_register_protocol(int proto, void (*changed)(void))
{
    module_t *module = g_malloc0(sizeof *module);
    module->name = proto_name(proto);
    module->apply_cb = changed;
    modules[module_count++] = module;
    return module;
}

void prefs_register_bool_preference(module_t *module, const char *name, const char *title, const char *description,
                                    truth *value)
{
    (void)description;
    preferences[preference_count++] =
        (struct preference){.module = module, .name = name, .title = title, .truth = value};
}

void prefs_register_string_preference(module_t *module, const char *name, const char *title, const char *description,
                                      const char **value)
{
    (void)description;
    /* A copy, which Wireshark may free. */
    *value = g_strdup(*value);
    preferences[preference_count++] = (struct preference){.module = module, .name = name, .title = title, .text = value};
}

/* "module.name:value", as -o takes it. */
bool set_preference(const char *assignment)
{
    const char *value = strchr(assignment, ':');
    for (int i = 0; value != NULL && i < preference_count; i++) {
        const struct preference *one = &preferences[i];
        size_t len = strlen(one->module->name);
        if (strncmp(assignment, one->module->name, len) != 0 || assignment[len] != '.' ||
            strlen(one->name) != (size_t)(value - assignment) - len - 1 ||
            strncmp(assignment + len + 1, one->name, strlen(one->name)) != 0)
            continue;
        if (one->truth != NULL) {
            *one->truth = strcmp(value + 1, "TRUE") == 0;
        } else {
            g_free((void *)(uintptr_t)*one->text);
            *one->text = g_strdup(value + 1);
        }
        return true;
    }
    return false;
}

void preferences_changed(void)
{
    for (int i = 0; i < module_count; i++) {
        if (modules[i]->apply_cb != NULL)
            modules[i]->apply_cb();
    }
}

/* ---- dissectors */

dissector_handle_t create_dissector_handle(dissector_t dissect, const int proto)
{
    dissector_handle_t handle = g_malloc0(sizeof *handle);
    handle->dissect = dissect;
    handle->proto = proto;
    return handle;
}

dissector_handle_t create_dissector_handle_with_name_and_description(dissector_t dissect, const int proto, const char *name,
                                                                     const char *description)
{
    dissector_handle_t handle = create_dissector_handle(dissect, proto);
    handle->name = name;
    handle->description = description;
    return handle;
}

int dissector_handle_get_protocol_index(const dissector_handle_t handle)
{
    return handle->proto;
}

dissector_table_t find_dissector_table(const char *name)
{
    return strcmp(name, "ip.proto") == 0 ? &ip_proto : NULL;
}

dissector_handle_t dissector_get_uint_handle(const dissector_table_t table, const guint32 number)
{
    return number < 256 ? table->at[number] : NULL;
}

void dissector_add_uint(const char *name, const guint32 number, dissector_handle_t handle)
{
    dissector_table_t table = find_dissector_table(name);
    if (table == NULL || number >= 256)
        fail("no such dissector table");
    table->at[number] = handle;
}

int call_dissector_only(dissector_handle_t handle, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    const char *before = pinfo->current_proto;
    int used;
    pinfo->current_proto = proto_name(handle->proto);
    used = handle->dissect(tvb, pinfo, tree, data);
    pinfo->current_proto = before;
    return used;
}

void register_postdissector(dissector_handle_t handle)
{
    postdissectors[postdissector_count++] = handle;
}

void add_dissector(uint32_t number, dissector_t dissect, int proto)
{
    ip_proto.at[number] = create_dissector_handle(dissect, proto);
}

int call_table(uint32_t number, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    dissector_handle_t handle = dissector_get_uint_handle(&ip_proto, number);
    return handle == NULL ? 0 : call_dissector_only(handle, tvb, pinfo, tree, data);
}

void call_postdissectors(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    for (int i = 0; i < postdissector_count; i++) {
        if (proto_is_protocol_enabled(protocol_at(postdissectors[i]->proto)))
            (void)call_dissector_only(postdissectors[i], tvb, pinfo, tree, NULL);
    }
}

/* ---- the life of the program and of a file */

void proto_register_plugin(const proto_plugin *plugin)
{
    plugins[plugin_count++] = plugin;
}

void register_init_routine(void (*routine)(void))
{
    init_routines[init_count++] = routine;
}

void register_cleanup_routine(void (*routine)(void))
{
    cleanup_routines[cleanup_count++] = routine;
}

void run_init_routines(void)
{
    for (int i = 0; i < init_count; i++)
        init_routines[i]();
}

void run_cleanup_routines(void)
{
    for (int i = 0; i < cleanup_count; i++)
        cleanup_routines[i]();
}

/* Wireshark registers its expert information after the plugins' hand-off. */
void run_register_and_handoff(void)
{
    if (plugin_count == 0)
        fail("the plugin registered nothing");
    for (int i = 0; i < plugin_count; i++)
        plugins[i]->register_protoinfo();
    for (int i = 0; i < plugin_count; i++)
        plugins[i]->register_handoff();
    proto_expert = proto_register_protocol("Expert Info", "Expert", "_ws.expert");
    (void)register_tap_name("expert");
}

void print_registered(void)
{
    for (int i = 0; i < field_count; i++) {
        const header_field_info *info = fields[i];
        printf("field %s | %s | type %d display %d | %s | %s\n", info->abbrev, info->name, (int)info->type, info->display,
               info->parent == -1 ? "-" : fields[info->parent]->abbrev, info->blurb == NULL ? "-" : info->blurb);
    }
    for (int i = 0; i < expert_count; i++)
        printf("expert %s | group %x severity %x | %s\n", experts[i]->eiinfo.name, (unsigned)experts[i]->eiinfo.group,
               (unsigned)experts[i]->eiinfo.severity, experts[i]->eiinfo.summary);
    for (int i = 0; i < preference_count; i++) {
        const struct preference *one = &preferences[i];
        printf("preference %s.%s | %s | %s\n", one->module->name, one->name, one->title,
               one->text != NULL ? *one->text : (*one->truth ? "TRUE" : "FALSE"));
    }
    printf("subtrees %d, postdissectors %d\n", subtree_count, postdissector_count);
}
