/* host.c: the only file that knows Wireshark's structures and versions. See host.h, and host_facts.h for what is known.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <string.h>
#include <epan/epan.h>

#include "host_facts.h"
#include "host_layout.h"
#include "shim.h"

/* ---- the table, and its proof ---------------------------------------------------------------------------- */

struct host_layout {
    int major;
    int minor;
#define MEMBER(name, value) uint16_t name;
    HOST_LAYOUT_4_0(MEMBER)
#undef MEMBER
};

static const struct host_layout layouts[] = {
#define VALUE(name, value) .name = (value),
#define LAYOUT(major_number, minor_number, rows) {.major = (major_number), .minor = (minor_number), rows(VALUE)},
    HOST_SERIES(LAYOUT)
#undef LAYOUT
#undef VALUE
};

/* A series without a row in host_layout.h does not compile: run scripts/host-layout.sh with its headers first. */
#define SERIES_NAME(major, minor) HOST_LAYOUT_##major##_##minor
#define SERIES(major, minor) SERIES_NAME(major, minor)
#define BUILT_LAYOUT SERIES(WIRESHARK_VERSION_MAJOR, WIRESHARK_VERSION_MINOR)

enum {
#define BUILT(name, value) built_##name = (value),
    BUILT_LAYOUT(BUILT)
    HOST_LAYOUT_COMMON(BUILT)
#undef BUILT
};

#define SAME(name, expression) \
    _Static_assert((long long)built_##name == (long long)(expression), \
                   "host_layout.h is wrong about " #name ": run scripts/host-layout.sh");
HOST_VARYING_FACTS(SAME)
HOST_COMMON_FACTS(SAME)
#undef SAME
_Static_assert(built_pinfo_fragmented_at == offsetof(packet_info, fragmented), "host_layout.h is wrong: fragmented");
_Static_assert(sizeof(void *) == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the layouts are those of 64-bit little-endian systems");
_Static_assert(sizeof(int) == 4, "a preference of an older series is an int of four octets");

/* ---- which Wireshark ------------------------------------------------------------------------------------- */

/* Functions whose prototypes differ between series, under ones that serve each of them: an argument that is a bool here
 * and an int there is passed as an int of 0 or 1, and one that is 32 bits here and 64 there as 64 bits. A result that
 * only newer series give (expert_add_info, stats_tree_register_plugin) is not taken. scripts/host-prototypes.sh finds
 * those that differ, and wants them named here. */
#define TEXT_OF(token) #token
#define TEXT(token) TEXT_OF(token)
#define NAMED(symbol) __asm__(TEXT(__USER_LABEL_PREFIX__) symbol)

proto_item *host_tree_add_boolean(proto_tree *, int, tvbuff_t *, int, int, uint64_t) NAMED("proto_tree_add_boolean");
void host_prefs_bool(module_t *, const char *, const char *, const char *, void *) NAMED("prefs_register_bool_preference");
void host_prefs_enum(module_t *, const char *, const char *, const char *, int *, const enum_val_t *, int)
    NAMED("prefs_register_enum_preference");
void host_stats_tree(const char *, const char *, const char *, unsigned, stat_tree_packet_cb, stat_tree_init_cb,
                     stat_tree_cleanup_cb) NAMED("stats_tree_register_plugin");
int host_create_node(stats_tree *, const char *, int, stat_node_datatype, int) NAMED("stats_tree_create_node");
int host_manip_node(manip_node_mode, stats_tree *, const char *, int, int, int) NAMED("stats_tree_manip_node_int");

typedef int (*is_filter_valid)(packet_info *);
typedef char *(*build_filter)(packet_info *);
void host_filter_4(const char *, const char *, is_filter_valid, build_filter) NAMED("register_conversation_filter");
void host_filter_5(const char *, const char *, is_filter_valid, build_filter, void *)
    NAMED("register_conversation_filter");

/* Absent from the older series, hence weak. */
conversation_t *find_strat_3(const packet_info *, conversation_type, unsigned) NAMED("find_conversation_strat")
    __attribute__((weak));
conversation_t *find_strat_4(const packet_info *, conversation_type, unsigned, int) NAMED("find_conversation_strat")
    __attribute__((weak));

/* Flow graphs: exported by every series with these prototypes, but their header is not installed. Only pointers are handed
 * on, so the structures behind them do not matter here. */
struct flow_kind;
void register_flow_kind(const char *, const char *, int, const char *, unsigned, tap_packet_cb)
    NAMED("register_seq_analysis") __attribute__((weak));
struct flow_kind *find_flow_kind(const char *) NAMED("sequence_analysis_find_by_name") __attribute__((weak));
tap_packet_cb flow_kind_function(struct flow_kind *) NAMED("sequence_analysis_get_packet_func") __attribute__((weak));
void host_set_writable(column_info *, int, int) NAMED("col_set_writable");

/* Exported by src/ffi/entry.rs. Wireshark reads the first two after loading, and refuses another version than its own. */
extern int plugin_want_major;
extern int plugin_want_minor;
#pragma GCC visibility push(hidden)
extern void (*synfin_shim_entry)(void);
#pragma GCC visibility pop

static const struct host_layout *host;

/* Runs while the shared object is being loaded. A series that is not in the table leaves the wanted version as that of
 * the headers, and Wireshark declines the plugin with its own line. */
__attribute__((constructor)) static void choose_layout(void)
{
    int major = 0;
    int minor = 0;
    int micro = 0;
    synfin_shim_entry = synfin_shim_register;
    epan_get_version_number(&major, &minor, &micro);
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        if (layouts[i].major != major || layouts[i].minor != minor)
            continue;
        plugin_want_major = major;
        plugin_want_minor = minor;
        if (layouts[i].prefs_deinterlacing == 0 || find_strat_3 != NULL)
            host = &layouts[i];
    }
}

bool host_known(void)
{
    return host != NULL;
}

/* ---- reading and writing at an offset -------------------------------------------------------------------- */

static const void *at(const void *structure, uint16_t offset)
{
    return (const char *)structure + offset;
}

static void *pointer_at(const void *structure, uint16_t offset)
{
    void *value;
    memcpy(&value, at(structure, offset), sizeof value);
    return value;
}

static uint32_t number_at(const void *structure, uint16_t offset)
{
    uint32_t value;
    memcpy(&value, at(structure, offset), sizeof value);
    return value;
}

static bool flag_at(const void *structure, uint16_t offset, uint16_t mask)
{
    return (*(const unsigned char *)at(structure, offset) & mask) != 0;
}

/* A gboolean is an int, a bool one octet: of a bool only that octet of the register is defined, and a gboolean here is
 * 0 or 1. So the low octet is the answer of either. */
#define TRUTH(call) (((unsigned)(call) & 0xffu) != 0)

/* ---- the frame ------------------------------------------------------------------------------------------- */

uint32_t host_frame_number(const packet_info *pinfo)
{
    return number_at(pinfo, host->pinfo_num);
}

bool host_visited(const packet_info *pinfo)
{
    return flag_at(pointer_at(pinfo, host->pinfo_fd), host->frame_visited_at, host->frame_visited_mask);
}

bool host_time(const packet_info *pinfo, int64_t *seconds, int32_t *nanoseconds)
{
    nstime_t stamp;
    if ((number_at(pinfo, host->pinfo_presence_flags) & PINFO_HAS_TS) == 0)
        return false;
    memcpy(&stamp, at(pinfo, host->pinfo_abs_ts), sizeof stamp);
    *seconds = stamp.secs;
    *nanoseconds = stamp.nsecs;
    return true;
}

const char *host_name_protocol(packet_info *pinfo, const char *name)
{
    const char *before = pointer_at(pinfo, host->pinfo_current_proto);
    memcpy((char *)pinfo + host->pinfo_current_proto, &name, sizeof name);
    return before;
}

wmem_allocator_t *host_pool(const packet_info *pinfo)
{
    return pointer_at(pinfo, host->pinfo_pool);
}

/* ---- the segment ----------------------------------------------------------------------------------------- */

bool host_is_segment(const packet_info *pinfo)
{
    return !flag_at(pinfo, host->pinfo_fragmented_at, host->pinfo_fragmented_mask) &&
           !flag_at(pinfo, host->pinfo_in_error_pkt_at, host->pinfo_in_error_pkt_mask);
}

size_t host_octets_before_len(void)
{
    return host->octets_before_len;
}

void host_flow_addresses(const packet_info *pinfo, host_flow *flow)
{
    memcpy(&flow->source, at(pinfo, host->pinfo_src), sizeof flow->source);
    memcpy(&flow->destination, at(pinfo, host->pinfo_dst), sizeof flow->destination);
    memcpy(&flow->link_source, at(pinfo, host->pinfo_dl_src), sizeof flow->link_source);
    memcpy(&flow->link_destination, at(pinfo, host->pinfo_dl_dst), sizeof flow->link_destination);
    flow->vlan = number_at(pinfo, host->pinfo_vlan_id);
}

bool host_flow_of_frame(const packet_info *pinfo, host_flow *flow)
{
    host_flow_addresses(pinfo, flow);
    flow->source_port = number_at(pinfo, host->pinfo_srcport);
    flow->destination_port = number_at(pinfo, host->pinfo_destport);
    return number_at(pinfo, host->pinfo_ptype) == PT_TCP;
}

uint8_t host_address(const address *from, uint8_t octets[16])
{
    bool is_ipv4 = from->type == AT_IPv4 && from->len == 4;
    bool is_ipv6 = from->type == AT_IPv6 && from->len == 16;
    if (!is_ipv4 && !is_ipv6)
        return 0;
    memcpy(octets, from->data, (size_t)from->len);
    return (uint8_t)from->len;
}

static void put_flow(packet_info *pinfo, const host_flow *flow)
{
    char *base = (char *)pinfo;
    memcpy(base + host->pinfo_src, &flow->source, sizeof flow->source);
    memcpy(base + host->pinfo_dst, &flow->destination, sizeof flow->destination);
    memcpy(base + host->pinfo_dl_src, &flow->link_source, sizeof flow->link_source);
    memcpy(base + host->pinfo_dl_dst, &flow->link_destination, sizeof flow->link_destination);
    memcpy(base + host->pinfo_vlan_id, &flow->vlan, sizeof flow->vlan);
    memcpy(base + host->pinfo_srcport, &flow->source_port, sizeof flow->source_port);
    memcpy(base + host->pinfo_destport, &flow->destination_port, sizeof flow->destination_port);
}

bool host_splits_flows(void)
{
    return host->prefs_deinterlacing != 0 && number_at(&prefs, host->prefs_deinterlacing) != 0;
}

uint32_t host_stream_count(void)
{
    return get_tcp_stream_count();
}

/* Takes the VLAN and the link addresses from the packet_info, which other layers have overwritten since. Raises no
 * exception. */
static conversation_t *find_by_strategy(packet_info *pinfo, const host_flow *flow, uint32_t frame)
{
    host_flow saved;
    conversation_t *found;
    uint32_t saved_frame = host_frame_number(pinfo);
    (void)host_flow_of_frame(pinfo, &saved);
    put_flow(pinfo, flow);
    memcpy((char *)pinfo + host->pinfo_num, &frame, sizeof frame);
    if (host->strat_arguments == 3)
        found = find_strat_3(pinfo, CONVERSATION_TCP, 0);
    else
        found = find_strat_4(pinfo, CONVERSATION_TCP, 0, 0);
    memcpy((char *)pinfo + host->pinfo_num, &saved_frame, sizeof saved_frame);
    put_flow(pinfo, &saved);
    return found;
}

/* As of that frame: a conversation that begins later is not found. */
static bool stream_as_of(packet_info *pinfo, const host_flow *flow, int proto_tcp, uint32_t frame, uint32_t *stream)
{
    conversation_t *conversation;
    const void *analysis;
    if (host_splits_flows())
        conversation = find_by_strategy(pinfo, flow, frame);
    else
        conversation = find_conversation(frame, &flow->source, &flow->destination, CONVERSATION_TCP, flow->source_port,
                                         flow->destination_port, 0);
    if (conversation == NULL)
        return false;
    analysis = conversation_get_proto_data(conversation, proto_tcp);
    if (analysis == NULL)
        return false;
    *stream = number_at(analysis, host->tcp_stream);
    return true;
}

bool host_stream(packet_info *pinfo, const host_flow *flow, int proto_tcp, uint32_t *stream)
{
    return stream_as_of(pinfo, flow, proto_tcp, host_frame_number(pinfo), stream);
}

bool host_had_stream(packet_info *pinfo, const host_flow *flow, int proto_tcp, uint32_t stream)
{
    uint32_t before;
    uint32_t frame = host_frame_number(pinfo);
    return frame > 1 && stream_as_of(pinfo, flow, proto_tcp, frame - 1, &before) && before != stream;
}

/* ---- the tree and the columns ---------------------------------------------------------------------------- */

bool host_is_enabled(const protocol_t *protocol)
{
    return TRUTH(proto_is_protocol_enabled(protocol));
}

bool host_wants_field(proto_tree *tree, int field)
{
    return TRUTH(proto_field_is_referenced(tree, field));
}

void host_mark_generated(proto_item *item)
{
    char *info;
    uint32_t flags;
    if (item == NULL)
        return;
    info = pointer_at(item, host->node_finfo);
    if (info == NULL)
        return;
    flags = number_at(info, host->finfo_flags) | FI_GENERATED;
    memcpy(info + host->finfo_flags, &flags, sizeof flags);
}

proto_item *host_add_boolean(proto_tree *tree, int field, tvbuff_t *tvb, bool value)
{
    return host_tree_add_boolean(tree, field, tvb, 0, 0, value ? 1 : 0);
}

bool host_wants_info(const packet_info *pinfo)
{
    column_info *columns = pointer_at(pinfo, host->pinfo_cinfo);
    return columns != NULL && TRUTH(col_get_writable(columns, host->col_info));
}

bool host_wants_severity(const packet_info *pinfo)
{
    column_info *columns = pointer_at(pinfo, host->pinfo_cinfo);
    return columns != NULL && TRUTH(col_get_writable(columns, host->col_expert));
}

void host_append_info(const packet_info *pinfo, const char *text)
{
    col_append_str(pointer_at(pinfo, host->pinfo_cinfo), host->col_info, text);
}

/* ---- registration, taps, statistics ---------------------------------------------------------------------- */

bool host_is_on(const host_switch *preference)
{
    return preference->storage != 0;
}

void host_register_switch(module_t *module, const char *name, const char *title, const char *description,
                          host_switch *preference)
{
    host_prefs_bool(module, name, title, description, &preference->storage);
}

void host_register_choice(module_t *module, const char *name, const char *title, const char *description, int *choice,
                          const enum_val_t *choices)
{
    host_prefs_enum(module, name, title, description, choice, choices, 0);
}

bool host_has_listener(int tap)
{
    return TRUTH(have_tap_listener(tap));
}

void host_register_stats_tree(const char *tap, const char *abbreviation, const char *menu, stat_tree_packet_cb packet,
                              stat_tree_init_cb init, stat_tree_cleanup_cb cleanup)
{
    host_stats_tree(tap, abbreviation, menu, 0, packet, init, cleanup);
}

int host_stats_heading(stats_tree *tree, const char *name, int parent)
{
    return host_create_node(tree, name, parent, STAT_DT_INT, 1);
}

void host_stats_set(stats_tree *tree, const char *name, int parent, int count)
{
    (void)host_manip_node(MN_SET, tree, name, parent, 0, count);
}

void host_register_flow_graph(const char *name, const char *title, int proto, const char *tap, tap_packet_cb segment)
{
    if (register_flow_kind != NULL && find_flow_kind != NULL && flow_kind_function != NULL)
        register_flow_kind(name, title, proto, tap, TL_REQUIRES_COLUMNS, segment);
}

/* Puts a text into a column; returns the one before, for the caller to free, or NULL when there is no such column. */
static char *exchange_column(column_info *columns, int column, const char *text)
{
    const char *before = columns != NULL ? col_get_text(columns, column) : NULL;
    char *copy = g_strdup(before);
    bool is_writable;
    if (copy == NULL)
        return NULL;
    is_writable = TRUTH(col_get_writable(columns, column));
    host_set_writable(columns, column, 1);
    col_clear_fence(columns, column);
    col_add_str(columns, column, text);
    host_set_writable(columns, column, is_writable ? 1 : 0);
    return copy;
}

static void put_back_column(column_info *columns, int column, char *text)
{
    if (text != NULL)
        g_free(exchange_column(columns, column, text));
    g_free(text);
}

/* Wireshark's graph of all frames labels an arrow with the Info column, and what stands beside it with the Protocol and
 * Info columns. So it draws this arrow when those columns hold these texts for as long as that takes. */
tap_packet_status host_draw_arrow(void *graph, packet_info *pinfo, epan_dissect_t *edt, tap_flags_t flags,
                                  const host_flow *flow, const char *label, const char *margin)
{
    struct flow_kind *all_frames = find_flow_kind("any");
    column_info *columns = pointer_at(pinfo, host->pinfo_cinfo);
    char *info;
    char *protocol;
    host_flow saved;
    tap_packet_status status;
    if (all_frames == NULL)
        return TAP_PACKET_DONT_REDRAW;
    (void)host_flow_of_frame(pinfo, &saved);
    put_flow(pinfo, flow);
    info = exchange_column(columns, host->col_info, label);
    protocol = exchange_column(columns, host->col_protocol, margin);
    status = flow_kind_function(all_frames)(graph, pinfo, edt, NULL, flags);
    put_back_column(columns, host->col_protocol, protocol);
    put_back_column(columns, host->col_info, info);
    put_flow(pinfo, &saved);
    return status;
}

void host_register_conversation_filter(const char *title, int (*is_valid)(packet_info *pinfo),
                                       char *(*build)(packet_info *pinfo))
{
    /* Newer series hand the callbacks a pointer of the caller's as well, which these do not need. */
    if (host->filter_has_user_data)
        host_filter_5("synfin", title, is_valid, build, NULL);
    else
        host_filter_4("synfin", title, is_valid, build);
}
