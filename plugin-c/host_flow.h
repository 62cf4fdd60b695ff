/* host_flow.h: the addresses and ports of a segment, and tcp.stream, where Wireshark's versions differ.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_FLOW_H
#define SYNFIN_HOST_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host_functions.h"

#pragma GCC visibility push(hidden)

/* What tells Wireshark's conversations apart. The bytes of the addresses live as long as the frame's dissection. */
typedef struct host_flow {
    address source;
    address destination;
    address link_source;
    address link_destination;
    uint32_t vlan;
    uint32_t source_port;
    uint32_t destination_port;
} host_flow;

/* Bytes of a header that TCP's dissector reads before it gives tcp.len; when fewer were captured it gives none. */
size_t host_bytes_before_len(void);
/* The flow of the layer that is dissected now, but for the ports: TCP has not set them yet. */
void host_flow_addresses(const packet_info *pinfo, host_flow *flow);
/* The same after TCP was dissected, with the ports; false when it was not TCP that set them. */
bool host_flow_of_frame(const packet_info *pinfo, host_flow *flow);
/* Puts a flow into the frame, and gives the one that it had. */
void host_exchange_flow(packet_info *pinfo, const host_flow *flow, host_flow *saved);
/* Bytes of an IPv4 or IPv6 address; returns how many, 0 for any other kind. */
uint8_t host_address(const address *from, uint8_t bytes[16]);
/* The address that the layer that is dissected now came from; as host_address(). */
uint8_t host_source_address(const packet_info *pinfo, uint8_t bytes[16]);

/* TTL or hop limit, and the identification (IPv4's, else 0), by what the dissector below handed to the one that is called
 * now. False when that was not the IP dissector that set the flow's addresses. */
bool host_ip_header(const void *data, const host_flow *flow, uint8_t *hops, uint16_t *identification);

/* The user has Wireshark keep apart conversations of equal addresses and ports, by interface, VLAN or link address. */
bool host_splits_flows(void);
/* How many values of tcp.stream the file has so far. */
uint32_t host_stream_count(void);
/* tcp.stream of a flow in this frame; changes nothing in TCP's analysis. */
bool host_stream(packet_info *pinfo, const host_flow *flow, int proto_tcp, uint32_t *stream);

#pragma GCC visibility pop

#endif
