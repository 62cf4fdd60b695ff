/* host_flow.c: see host_flow.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host_flow.h"

#include <string.h>

#include "host_inside.h"

size_t host_bytes_before_len(void)
{
    return host_layout->bytes_before_len;
}

void host_flow_addresses(const packet_info *pinfo, host_flow *flow)
{
    memcpy(&flow->source, host_at(pinfo, host_layout->pinfo_src), sizeof flow->source);
    memcpy(&flow->destination, host_at(pinfo, host_layout->pinfo_dst), sizeof flow->destination);
    memcpy(&flow->link_source, host_at(pinfo, host_layout->pinfo_dl_src), sizeof flow->link_source);
    memcpy(&flow->link_destination, host_at(pinfo, host_layout->pinfo_dl_dst), sizeof flow->link_destination);
    flow->vlan = host_number_at(pinfo, host_layout->pinfo_vlan_id);
}

bool host_flow_of_frame(const packet_info *pinfo, host_flow *flow)
{
    host_flow_addresses(pinfo, flow);
    flow->source_port = host_number_at(pinfo, host_layout->pinfo_srcport);
    flow->destination_port = host_number_at(pinfo, host_layout->pinfo_destport);
    return host_number_at(pinfo, host_layout->pinfo_ptype) == PT_TCP;
}

void host_exchange_flow(packet_info *pinfo, const host_flow *flow, host_flow *saved)
{
    char *base = (char *)pinfo;
    (void)host_flow_of_frame(pinfo, saved);
    memcpy(base + host_layout->pinfo_src, &flow->source, sizeof flow->source);
    memcpy(base + host_layout->pinfo_dst, &flow->destination, sizeof flow->destination);
    memcpy(base + host_layout->pinfo_dl_src, &flow->link_source, sizeof flow->link_source);
    memcpy(base + host_layout->pinfo_dl_dst, &flow->link_destination, sizeof flow->link_destination);
    memcpy(base + host_layout->pinfo_vlan_id, &flow->vlan, sizeof flow->vlan);
    memcpy(base + host_layout->pinfo_srcport, &flow->source_port, sizeof flow->source_port);
    memcpy(base + host_layout->pinfo_destport, &flow->destination_port, sizeof flow->destination_port);
}

uint8_t host_address(const address *from, uint8_t bytes[16])
{
    /* Copies of a length that the compiler knows. */
    if (from->type == AT_IPv4 && from->len == 4) {
        memcpy(bytes, from->data, 4);
        return 4;
    }
    if (from->type == AT_IPv6 && from->len == 16) {
        memcpy(bytes, from->data, 16);
        return 16;
    }
    return 0;
}

uint8_t host_source_address(const packet_info *pinfo, uint8_t bytes[16])
{
    address source;
    memcpy(&source, host_at(pinfo, host_layout->pinfo_src), sizeof source);
    return host_address(&source, bytes);
}

/* The dissector's struct has the flow's source address. A struct of anything else has not even an address of this kind
 * and length there, so the pointer to its bytes is one. */
static bool has_source(const void *header, size_t offset, const host_flow *flow)
{
    const address *expected = &flow->source;
    address source;
    memcpy(&source, host_at(header, offset), sizeof source);
    return source.type == expected->type && source.len == expected->len && source.len > 0 && source.data != NULL &&
           (source.data == expected->data || memcmp(source.data, expected->data, (size_t)source.len) == 0);
}

bool host_ip_header(const void *data, const host_flow *flow, uint8_t *hops, uint16_t *identification)
{
    if (data == NULL)
        return false;
    if (flow->source.type == AT_IPv4 && host_byte_at(data, host_same_ip4_ver) == 4 &&
        has_source(data, host_same_ip4_src, flow)) {
        *hops = host_byte_at(data, host_same_ip4_ttl);
        memcpy(identification, host_at(data, host_same_ip4_id), sizeof *identification);
        return true;
    }
    if (flow->source.type == AT_IPv6 && host_byte_at(data, host_same_ip6_ver) == 6 &&
        has_source(data, host_same_ip6_src, flow)) {
        *hops = host_byte_at(data, host_same_ip6_hop);
        *identification = 0;
        return true;
    }
    return false;
}

bool host_splits_flows(void)
{
    return host_layout->prefs_deinterlacing != 0 && host_number_at(host.prefs, host_layout->prefs_deinterlacing) != 0;
}

uint32_t host_stream_count(void)
{
    return host.get_tcp_stream_count();
}

typedef conversation_t *(*find_by_3)(const packet_info *, conversation_type, unsigned);
typedef conversation_t *(*find_by_4)(const packet_info *, conversation_type, unsigned, int);

/* Wireshark takes the VLAN and the link addresses from the packet_info. Other layers have overwritten them since, so
 * the flow is put there for the call. It raises no exception. */
static conversation_t *find_by_strategy(packet_info *pinfo, const host_flow *flow)
{
    host_any_function find = host.find_conversation_strat;
    host_flow saved;
    host_flow replaced;
    conversation_t *found;
    host_exchange_flow(pinfo, flow, &saved);
    if (host_layout->strat_arguments == 3)
        found = ((find_by_3)find)(pinfo, CONVERSATION_TCP, 0);
    else
        found = ((find_by_4)find)(pinfo, CONVERSATION_TCP, 0, 0);
    host_exchange_flow(pinfo, &saved, &replaced);
    return found;
}

bool host_stream(packet_info *pinfo, const host_flow *flow, int proto_tcp, uint32_t *stream)
{
    conversation_t *conversation;
    const void *analysis;
    if (host_splits_flows())
        conversation = find_by_strategy(pinfo, flow);
    else
        conversation =
            host.find_conversation(host_number_at(pinfo, host_layout->pinfo_num), &flow->source, &flow->destination,
                                   CONVERSATION_TCP, flow->source_port, flow->destination_port, 0);
    if (conversation == NULL)
        return false;
    analysis = host.conversation_get_proto_data(conversation, proto_tcp);
    if (analysis == NULL)
        return false;
    *stream = host_number_at(analysis, host_layout->tcp_stream);
    return true;
}
