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
/* The flow of the layer that is being dissected, without the ports, which TCP has not set yet. */
void host_flow_addresses(const packet_info *pinfo, host_flow *flow);
/* The same with the ports, after TCP was dissected. False when it was not TCP that set the ports. */
bool host_flow_of_frame(const packet_info *pinfo, host_flow *flow);
/* Puts a flow into the frame. `saved` gets the flow that it had. */
void host_exchange_flow(packet_info *pinfo, const host_flow *flow, host_flow *saved);
/* Copies the bytes of an IPv4 or IPv6 address. Returns how many they are: 0 for any other kind. */
uint8_t host_address(const address *from, uint8_t bytes[16]);
/* The same for the source of the layer that is being dissected. */
uint8_t host_source_address(const packet_info *pinfo, uint8_t bytes[16]);

/* TTL or hop limit, and the identification of IPv4 (else 0). `data` is what the dissector below handed over. False when
 * that was not the IP dissector that set the addresses of the flow. */
bool host_ip_header(const void *data, const host_flow *flow, uint8_t *hops, uint16_t *identification);

/* Whether the user's preferences keep conversations with equal addresses and ports apart, by interface, VLAN or link
 * address. */
bool host_splits_flows(void);
/* How many values of tcp.stream the file has so far. */
uint32_t host_stream_count(void);
/* tcp.stream of a flow in this frame. It changes nothing in TCP's analysis. */
bool host_stream(packet_info *pinfo, const host_flow *flow, int proto_tcp, uint32_t *stream);

#pragma GCC visibility pop

#endif
