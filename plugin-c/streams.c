/* streams.c: see streams.h. To ask the conversation table costs more than all the rest of the shim.
 *
 * A flow (two addresses and ports) gets another stream only when TCP's dissector makes a new one, and then the number
 * of streams grows. So the stream of a flow's last segment is still right, as long as we know to which flow every new
 * stream belongs. That is the flow of a note of the frame in which the number grew: it is looked up and remembered.
 * When no note has the new stream (a SYN quoted by an ICMP error makes one), all flows are forgotten.
 *
 * Only first visits ask. Frames come in order then, so the newest stream of a flow is the right one.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "streams.h"

#include <string.h>

/* A power of two. When two flows share a slot, that costs lookups and nothing else. */
#define SLOTS 4096u

struct slot {
    struct flow_key key;
    uint32_t stream;
    uint32_t is_used;
};

static struct slot slots[SLOTS];
static uint32_t known_count; /* streams that existed before this frame */
static uint32_t new_count;   /* made by this frame */
static uint64_t accounted;   /* a bit for each of those to which a note belongs */

void streams_reset(void)
{
    memset(slots, 0, sizeof slots);
    known_count = 0;
    new_count = 0;
    accounted = 0;
}

void streams_begin_frame(void)
{
    uint32_t count = host_stream_count();
    new_count = count - known_count;
    accounted = 0;
}

void streams_end_frame(void)
{
    uint64_t all;
    if (new_count == 0)
        return;
    all = new_count < 64 ? (UINT64_C(1) << new_count) - 1 : UINT64_MAX;
    if (accounted != all || new_count > 64)
        memset(slots, 0, sizeof slots);
    known_count += new_count;
}

#define LEN_4 (UINT64_C(4) << 32)

static bool is_of_4(const struct flow_key *key)
{
    return key->ports >> 32 == 4;
}

static bool is_same(const struct flow_key *one, const struct flow_key *other)
{
    if (one->ports != other->ports || one->low[0] != other->low[0])
        return false;
    return is_of_4(one) || ((one->low[1] ^ other->low[1]) | (one->high[0] ^ other->high[0]) |
                            (one->high[1] ^ other->high[1])) == 0;
}

/* Nearly all flows are of IPv4. Both addresses fit into low[0] then, and the other parts are not compared: this takes
 * half of the instructions. */
static void make_key_4(const struct note *note, struct flow_key *key)
{
    uint32_t source;
    uint32_t destination;
    uint64_t from;
    uint64_t to;
    memcpy(&source, note->segment.source, sizeof source);
    memcpy(&destination, note->segment.destination, sizeof destination);
    from = (uint64_t)source << 16 | note->flow.source_port;
    to = (uint64_t)destination << 16 | note->flow.destination_port;
    if (from > to) {
        uint64_t other = from;
        from = to;
        to = other;
    }
    key->low[0] = from >> 16 | to >> 16 << 32;
    key->ports = LEN_4 | (from & 0xffff) << 16 | (to & 0xffff);
}

static void make_key_16(const struct note *note, struct flow_key *key)
{
    const synfin_segment *segment = &note->segment;
    uint64_t source_port = note->flow.source_port;
    uint64_t destination_port = note->flow.destination_port;
    uint64_t source[2];
    uint64_t destination[2];
    bool is_source_low;
    memcpy(source, segment->source, sizeof source);
    memcpy(destination, segment->destination, sizeof destination);
    if (source[0] != destination[0])
        is_source_low = source[0] < destination[0];
    else if (source[1] != destination[1])
        is_source_low = source[1] < destination[1];
    else
        is_source_low = source_port <= destination_port;
    memcpy(key->low, is_source_low ? source : destination, sizeof key->low);
    memcpy(key->high, is_source_low ? destination : source, sizeof key->high);
    key->ports = is_source_low ? source_port << 16 | destination_port : destination_port << 16 | source_port;
    key->ports |= (uint64_t)segment->address_len << 32;
}

/* Any hash will do. The multiplier is 2^64 divided by the golden ratio. */
static uint64_t spread(const struct flow_key *key)
{
    uint64_t mixed = key->low[0] ^ key->ports * 5;
    if (!is_of_4(key))
        mixed ^= key->low[1] ^ (key->high[0] ^ key->high[1]) * 3;
    return mixed * UINT64_C(0x9e3779b97f4a7c15);
}

static struct slot *slot_of(uint64_t hash)
{
    return &slots[(hash >> 32) % SLOTS];
}

/* Has the slot fetched from memory while TCP's dissector runs, which takes longer. */
void streams_expect(struct note *note)
{
    if (note->segment.address_len == 4)
        make_key_4(note, &note->key);
    else
        make_key_16(note, &note->key);
    note->hash = spread(&note->key);
    __builtin_prefetch(slot_of(note->hash));
}

static bool look_up(packet_info *pinfo, struct note *note)
{
    return host_stream(pinfo, &note->flow, shim.proto_tcp, &note->segment.stream);
}

bool streams_find(packet_info *pinfo, struct note *note)
{
    struct slot *slot = slot_of(note->hash);
    uint32_t stream;
    if (note->segment.address_len == 0 || host_splits_flows())
        return look_up(pinfo, note);
    if (new_count == 0 && slot->is_used != 0 && is_same(&slot->key, &note->key)) {
        note->segment.stream = slot->stream;
        return true;
    }
    if (!look_up(pinfo, note))
        return false;
    stream = note->segment.stream;
    if (stream >= known_count && stream - known_count < 64)
        accounted |= UINT64_C(1) << (stream - known_count);
    slot->key = note->key;
    slot->stream = stream;
    slot->is_used = 1;
    return true;
}
