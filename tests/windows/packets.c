/* packets.c: capture files, and dissectors of Ethernet, IP, TCP and ICMP that do what synfin sees of them; see host.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/prefs.h>

#include "packet-ip.h"

#ifdef _WIN32
#include <windows.h>
#endif

/* TCP's dissector reads this much before it looks for its conversation. */
#define TCP_READ_FIRST 16

struct stream {
    struct stream *older;
    conversation_t conversation;
    struct tcp_analysis analysis;
    uint8_t addresses[2][16];
    int address_len;
    uint32_t ports[2];
    bool has_base[2];
    uint32_t base[2];
};

static struct stream *streams;
static guint32 stream_count;
static int proto_tcp;

/* ---- bytes */

static uint32_t be16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t be32(const uint8_t *at)
{
    return be16(at) << 16 | be16(at + 2);
}

static uint32_t le32(const uint8_t *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

guint tvb_captured_length(const tvbuff_t *tvb)
{
    return tvb->length;
}

guint tvb_reported_length(const tvbuff_t *tvb)
{
    return tvb->reported_length;
}

void *tvb_memcpy(tvbuff_t *tvb, void *target, const gint offset, size_t length)
{
    if (offset < 0 || (size_t)offset + length > tvb->length)
        abort();
    return memcpy(target, tvb->real_data + offset, length);
}

static tvbuff_t *part(const tvbuff_t *tvb, size_t offset, size_t reported)
{
    tvbuff_t *made = pool_bytes(sizeof *made);
    size_t left = tvb->length > offset ? tvb->length - offset : 0;
    made->real_data = tvb->real_data + offset;
    made->length = (guint)(left < reported ? left : reported);
    made->reported_length = (guint)reported;
    return made;
}

/* ---- capture files: pcap of Ethernet frames, with micro- or nanoseconds */

static FILE *open_file(const char *path)
{
#ifdef _WIN32
    wchar_t wide[1024];
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, 1024) == 0)
        return NULL;
    return _wfopen(wide, L"rb");
#else
    return fopen(path, "rb");
#endif
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = open_file(path);
    uint8_t *bytes = NULL;
    size_t room = 0;
    *size = 0;
    if (file == NULL)
        return NULL;
    do {
        room += 1u << 20;
        bytes = g_realloc(bytes, room);
        *size += fread(bytes + *size, 1, room - *size, file);
    } while (*size == room);
    (void)fclose(file);
    return bytes;
}

struct frame *read_capture(const char *path, size_t *count)
{
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    struct frame *frames = NULL;
    size_t at = 24;
    uint32_t magic = size < 24 ? 0 : le32(bytes);
    *count = 0;
    if ((magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) || le32(bytes + 20) != 1)
        return NULL;
    while (at + 16 <= size && at + 16 + le32(bytes + at + 8) <= size) {
        struct frame *frame;
        frames = g_realloc(frames, (*count + 1) * sizeof *frames);
        frame = &frames[(*count)++];
        memset(frame, 0, sizeof *frame);
        frame->time.secs = le32(bytes + at);
        frame->time.nsecs = (int)(le32(bytes + at + 4) * (magic == 0xa1b2c3d4 ? 1000 : 1));
        frame->captured = le32(bytes + at + 8);
        frame->length = le32(bytes + at + 12);
        frame->bytes = bytes + at + 16;
        at += 16 + frame->captured;
    }
    return frames;
}

void free_capture(struct frame *frames, size_t count)
{
    if (count != 0)
        g_free((uint8_t *)(uintptr_t)frames[0].bytes - 40);
    g_free(frames);
}

/* ---- conversations */

void packets_reset(void)
{
    while (streams != NULL) {
        struct stream *one = streams;
        streams = one->older;
        g_free(one);
    }
    stream_count = 0;
}

/* 0 or 1: which of the ends comes first in this direction; -1 when it is another flow. */
static int direction(const struct stream *one, const address *a, const address *b, uint32_t port_a, uint32_t port_b)
{
    if (a->len != one->address_len || b->len != one->address_len)
        return -1;
    for (int first = 0; first < 2; first++) {
        if (memcmp(a->data, one->addresses[first], (size_t)a->len) == 0 &&
            memcmp(b->data, one->addresses[1 - first], (size_t)b->len) == 0 && port_a == one->ports[first] &&
            port_b == one->ports[1 - first])
            return first;
    }
    return -1;
}

static struct stream *stream_at(uint32_t frame, const address *a, const address *b, uint32_t port_a, uint32_t port_b)
{
    for (struct stream *one = streams; one != NULL; one = one->older) {
        if (one->conversation.setup_frame <= frame && direction(one, a, b, port_a, port_b) >= 0)
            return one;
    }
    return NULL;
}

conversation_t *find_conversation(const guint32 frame, const address *a, const address *b, const conversation_type type,
                                  const guint32 port_a, const guint32 port_b, const guint options)
{
    struct stream *found = type == CONVERSATION_TCP && options == 0 ? stream_at(frame, a, b, port_a, port_b) : NULL;
    return found == NULL ? NULL : &found->conversation;
}

#if WIRESHARK_VERSION_MINOR >= 6
conversation_t *find_conversation_strat(const packet_info *pinfo, const conversation_type type, const unsigned options,
                                        const bool direction_matters)
{
    (void)direction_matters;
    return find_conversation(pinfo->num, &pinfo->src, &pinfo->dst, type, pinfo->srcport, pinfo->destport, options);
}
#elif WIRESHARK_VERSION_MINOR >= 4
conversation_t *find_conversation_strat(const packet_info *pinfo, const conversation_type type, const unsigned options)
{
    return find_conversation(pinfo->num, &pinfo->src, &pinfo->dst, type, pinfo->srcport, pinfo->destport, options);
}
#endif

void *conversation_get_proto_data(const conversation_t *conversation, const int proto)
{
    const char *stream = (const char *)conversation - offsetof(struct stream, conversation);
    return proto == proto_tcp ? (void *)(uintptr_t)(stream + offsetof(struct stream, analysis)) : NULL;
}

guint32 get_tcp_stream_count(void)
{
    return stream_count;
}

static struct stream *new_stream(const packet_info *pinfo)
{
    struct stream *one = g_malloc0(sizeof *one);
    one->older = streams;
    streams = one;
    one->conversation.setup_frame = pinfo->num;
    one->analysis.stream = stream_count++;
    one->address_len = pinfo->src.len;
    memcpy(one->addresses[0], pinfo->src.data, (size_t)pinfo->src.len);
    memcpy(one->addresses[1], pinfo->dst.data, (size_t)pinfo->dst.len);
    one->ports[0] = pinfo->srcport;
    one->ports[1] = pinfo->destport;
    return one;
}

/* As TCP's dissector: a SYN with another number than its side's first begins a new stream. */
static void find_or_make_stream(const packet_info *pinfo, uint32_t seq, uint32_t flags)
{
    struct stream *one = stream_at(pinfo->num, &pinfo->src, &pinfo->dst, pinfo->srcport, pinfo->destport);
    int from;
    if (one == NULL)
        one = new_stream(pinfo);
    from = direction(one, &pinfo->src, &pinfo->dst, pinfo->srcport, pinfo->destport);
    if (pinfo->fd->visited != 0)
        return;
    if ((flags & 0x12) == 0x02 && one->has_base[from] && one->base[from] != seq) {
        one = new_stream(pinfo);
        from = 0;
    }
    if (!one->has_base[from]) {
        one->has_base[from] = true;
        one->base[from] = (flags & 0x02) != 0 ? seq : seq - 1;
    }
}

/* ---- dissectors */

static int dissect_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    const uint8_t *bytes = tvb->real_data;
    (void)tree, (void)data;
    if (tvb->length < 4)
        return 0;
    pinfo->srcport = be16(bytes);
    pinfo->destport = be16(bytes + 2);
    pinfo->ptype = PT_TCP;
    pinfo->current_proto = "TCP";
    if (tvb->length < TCP_READ_FIRST)
        return (int)tvb->length;
    find_or_make_stream(pinfo, be32(bytes + 4), bytes[13]);
    return (int)tvb->length;
}

static void dissect_ip(const tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);

/* The header that an error quotes is dissected as the error's own: addresses and columns come back afterwards. */
static int dissect_icmp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    bool is_v6 = pinfo->src.len == 16;
    uint8_t type = tvb->length == 0 ? 0 : tvb->real_data[0];
    (void)data;
    if (tvb->length < 8 || (is_v6 ? type > 4 : type != 3 && type != 4 && type != 5 && type != 11 && type != 12))
        return (int)tvb->length;
    if (type != 0) {
        address source = pinfo->src;
        address target = pinfo->dst;
        pinfo->flags.in_error_pkt = 1;
        dissect_ip(part(tvb, 8, tvb->reported_length - 8), pinfo, tree);
        pinfo->flags.in_error_pkt = 0;
        pinfo->src = source;
        pinfo->dst = target;
    }
    return (int)tvb->length;
}

static address address_of(int type, const uint8_t *bytes)
{
    return (address){.type = type, .len = type == AT_IPv4 ? 4 : type == AT_IPv6 ? 16 : 6, .data = bytes};
}

static void set_addresses(packet_info *pinfo, address source, address target)
{
    pinfo->net_src = source;
    pinfo->net_dst = target;
    pinfo->src = source;
    pinfo->dst = target;
}

static void dissect_ipv4(const tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const uint8_t *bytes = tvb->real_data;
    size_t header = (bytes[0] & 15u) * 4;
    size_t total = be16(bytes + 2);
    ws_ip4 *ip = pool_bytes(sizeof *ip);
    truth was_fragment = pinfo->fragmented;
    if (tvb->length < 20 || header < 20 || total < header)
        return;
    ip->ip_ver = 4;
    ip->ip_len = (guint32)total;
    ip->ip_id = (guint16)be16(bytes + 4);
    ip->ip_off = (guint16)be16(bytes + 6);
    ip->ip_ttl = bytes[8];
    ip->ip_proto = bytes[9];
    ip->ip_src = address_of(AT_IPv4, bytes + 12);
    ip->ip_dst = address_of(AT_IPv4, bytes + 16);
    set_addresses(pinfo, ip->ip_src, ip->ip_dst);
    pinfo->fragmented = (ip->ip_off & 0x3fff) != 0;
    (void)call_table(ip->ip_proto, part(tvb, header, total - header), pinfo, tree, ip);
    pinfo->fragmented = was_fragment;
}

static void dissect_ipv6(const tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const uint8_t *bytes = tvb->real_data;
    ws_ip6 *ip = pool_bytes(sizeof *ip);
    if (tvb->length < 40)
        return;
    ip->ip6_ver = 6;
    ip->ip6_len = be16(bytes + 4);
    ip->ip6_nxt = bytes[6];
    ip->ip6_hop = bytes[7];
    ip->ip6_src = address_of(AT_IPv6, bytes + 8);
    ip->ip6_dst = address_of(AT_IPv6, bytes + 24);
    set_addresses(pinfo, ip->ip6_src, ip->ip6_dst);
    (void)call_table(ip->ip6_nxt, part(tvb, 40, ip->ip6_len), pinfo, tree, ip);
}

static void dissect_ip(const tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    if (tvb->length >= 20 && tvb->real_data[0] >> 4 == 4)
        dissect_ipv4(tvb, pinfo, tree);
    else if (tvb->length >= 40 && tvb->real_data[0] >> 4 == 6)
        dissect_ipv6(tvb, pinfo, tree);
}

void packets_register(void)
{
    int icmp;
    int icmpv6;
    proto_tcp = proto_register_protocol("Transmission Control Protocol", "TCP", "tcp");
    icmp = proto_register_protocol("Internet Control Message Protocol", "ICMP", "icmp");
    icmpv6 = proto_register_protocol("Internet Control Message Protocol v6", "ICMPv6", "icmpv6");
    add_dissector(6, dissect_tcp, proto_tcp);
    add_dissector(1, dissect_icmp, icmp);
    add_dissector(58, dissect_icmp, icmpv6);
}

static void begin_frame(struct frame *frame, uint32_t number, epan_dissect_t *edt)
{
    packet_info *pinfo = &edt->pi;
    pinfo->current_proto = "<Missing Protocol Name>";
    pinfo->cinfo = columns_begin("TCP", "as TCP's dissector wrote it");
    pinfo->presence_flags = PINFO_HAS_TS;
    pinfo->num = number;
    pinfo->abs_ts = frame->time;
    pinfo->fd = &frame->data;
    /* Nothing here looks into it. */
    pinfo->pool = pool_bytes(64);
    frame->data.num = number;
    frame->data.pkt_len = frame->length;
    frame->data.cap_len = frame->captured;
    frame->data.abs_ts = frame->time;
}

void dissect_frame(struct frame *frame, uint32_t number, int details)
{
    epan_dissect_t edt = {0};
    tvbuff_t whole = {0};
    uint32_t type = frame->captured < 14 ? 0 : be16(frame->bytes + 12);
    begin_frame(frame, number, &edt);
    edt.tree = details == DETAILS_NONE ? NULL : new_tree(details == DETAILS_ALL);
    whole.real_data = frame->bytes;
    whole.length = frame->captured;
    whole.reported_length = frame->length;
    edt.tvb = &whole;
    printf("frame %u\n", (unsigned)number);
    if (type == 0x0800 || type == 0x86dd) {
        edt.pi.dl_dst = address_of(AT_ETHER, frame->bytes);
        edt.pi.dl_src = address_of(AT_ETHER, frame->bytes + 6);
        dissect_ip(part(&whole, 14, frame->length - 14), &edt.pi, edt.tree);
    }
    call_postdissectors(&whole, &edt.pi, edt.tree);
    if (edt.tree != NULL)
        print_tree(edt.tree);
    print_columns();
    taps_of_frame(&edt.pi, &edt);
    if (details == DETAILS_ALL)
        print_filters(&edt.pi);
    frame->data.visited = 1;
    pool_clear();
}
