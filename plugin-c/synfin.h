/* synfin.h: the contract between the Rust library and the C shim.
 *
 * The C compiler reads it for plugin-c/, and bindgen for src/. Nothing in it depends on Wireshark.
 *
 * Conventions
 * - A call that can fail returns one of SYNFIN_STATUS_*. It writes its outputs only on SYNFIN_STATUS_OK.
 * - The caller sets the first member of a struct, `struct_size`, to the size of the struct. Another size is refused.
 * - The tracker, the set and the tally are opaque: Rust makes and frees them. All other memory belongs to the caller.
 * - Strings in descriptors and static values are never NULL and never freed: they live as long as the process.
 * - No Rust panic reaches C. After SYNFIN_STATUS_PANICKED every call with this handle returns that status, until the
 *   handle is freed.
 * - Calls on one handle come from one thread at a time. Rust never calls back.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_H
#define SYNFIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised with every change of this file that a compiled shim would notice. */
#define SYNFIN_ABI_VERSION 6

#define SYNFIN_STATUS_OK 0
#define SYNFIN_STATUS_NULL_POINTER 1 /* an argument is NULL that must not be */
#define SYNFIN_STATUS_BAD_SIZE 2     /* struct_size is not the size in this header */
#define SYNFIN_STATUS_NOT_SEEN 3     /* this frame and layer, this connection or this row is not known */
#define SYNFIN_STATUS_NO_SEGMENT 4   /* the bytes hold no TCP segment that Wireshark would give a tcp.len */
#define SYNFIN_STATUS_NO_ROOM 5      /* an output is too small, or the tracker has reached its limits */
#define SYNFIN_STATUS_BAD_VALUE 6    /* a number outside its range */
#define SYNFIN_STATUS_PANICKED 7     /* a defect in the library; the handle is of no use until the next file */

/* How many bytes of a TCP header are read at most: 20 fixed ones and 40 of options. */
#define SYNFIN_HEADER_MAX 60
/* How many bytes of an ICMP or ICMPv6 error are read at most: its header, an IP header with options or extension
 * headers, and the TCP header that it quotes. */
#define SYNFIN_ICMP_MAX 576
/* How many bytes all texts of one synfin_shown take at most. */
#define SYNFIN_TEXT_MAX 8192
/* There are never more fields than this. */
#define SYNFIN_FIELDS_MAX 128
/* There can be more values than fields, because some fields can occur twice. */
#define SYNFIN_VALUES_MAX 136

#define SYNFIN_LANGUAGE_ENGLISH 0
#define SYNFIN_LANGUAGE_CHINESE 1

/* ---- descriptors ---------------------------------------------------------------------------------------- */

#define SYNFIN_TYPE_STRING 0
#define SYNFIN_TYPE_UINT8 1
#define SYNFIN_TYPE_UINT32 2
#define SYNFIN_TYPE_INT64 3
#define SYNFIN_TYPE_BOOLEAN 4
#define SYNFIN_TYPE_TIME 5  /* a duration; `number` has nanoseconds and is never negative */
#define SYNFIN_TYPE_FRAME 6 /* a frame number: a link */
#define SYNFIN_TYPE_UINT64 7
#define SYNFIN_TYPE_INT32 8
#define SYNFIN_TYPE_ABSOLUTE_TIME 9 /* nanoseconds since the epoch, UTC; may be negative */

/* Where a field stands in the details of a segment. */
#define SYNFIN_SUBTREE_TOP 0        /* directly below the protocol's item */
#define SYNFIN_SUBTREE_CONNECTION 1 /* in the subtree on the connection */
#define SYNFIN_SUBTREE_NUMBERS 2    /* in the subtree on X and Y */

typedef struct synfin_field {
    const char *name;  /* filter name, "synfin.role" */
    const char *title; /* label in the tree, "Role" */
    const char *blurb; /* one sentence for the status bar */
    uint8_t type;      /* SYNFIN_TYPE_* */
    uint8_t subtree;   /* SYNFIN_SUBTREE_* */
    uint8_t reserved[6];
} synfin_field;

#define SYNFIN_SEVERITY_CHAT 0
#define SYNFIN_SEVERITY_NOTE 1
#define SYNFIN_SEVERITY_WARNING 2
#define SYNFIN_SEVERITY_ERROR 3

#define SYNFIN_GROUP_SEQUENCE 0 /* about sequence numbers and the state of the connection */
#define SYNFIN_GROUP_PROTOCOL 1 /* a violation of the protocol */
#define SYNFIN_GROUP_RESPONSE 2 /* what a peer answered, or failed to */

typedef struct synfin_expert {
    const char *name; /* "synfin.expert.refused" */
    const char *text; /* what the expert window shows */
    uint8_t severity; /* SYNFIN_SEVERITY_* */
    uint8_t group;    /* SYNFIN_GROUP_* */
    uint8_t reserved[6];
} synfin_expert;

/* The tables of fields and of expert items. Names are the same in all languages; titles and texts are in the language
 * that is asked for (English when it is unknown). The result is never NULL and always the same. `count` may be NULL.
 * There are at most SYNFIN_FIELDS_MAX fields and 64 expert items. */
const synfin_field *synfin_fields(uint8_t language, size_t *count);
const synfin_expert *synfin_experts(uint8_t language, size_t *count);

/* Words of the shim that belong to no field or expert item. */
#define SYNFIN_WORD_PROTOCOL 0          /* "TCP Lifecycle" */
#define SYNFIN_WORD_THIS_CONNECTION 1   /* the subtree of SYNFIN_SUBTREE_CONNECTION */
#define SYNFIN_WORD_X_AND_Y 2           /* the subtree of SYNFIN_SUBTREE_NUMBERS */
#define SYNFIN_WORD_CONNECTIONS 3       /* the connection table, in the Statistics menu */
#define SYNFIN_WORD_SERVERS 4           /* the table of servers */
#define SYNFIN_WORD_OUTCOMES 5          /* the statistics tree */
#define SYNFIN_WORD_HANDSHAKE_FILTER 6  /* the conversation filters */
#define SYNFIN_WORD_TEARDOWN_FILTER 7
#define SYNFIN_WORD_CONNECTION_FILTER 8
#define SYNFIN_WORD_REBASE_TITLE 9      /* the preferences */
#define SYNFIN_WORD_REBASE_TEXT 10
#define SYNFIN_WORD_INFO_TITLE 11
#define SYNFIN_WORD_INFO_TEXT 12
#define SYNFIN_WORD_LANGUAGE_TITLE 13
#define SYNFIN_WORD_LANGUAGE_TEXT 14
const char *synfin_word(uint8_t language, uint8_t word);

uint32_t synfin_abi_version(void);
/* "0.1.0" */
const char *synfin_version(void);

/* ---- the tracker: one for each capture file and dissection ------------------------------------------------ */

typedef struct synfin_tracker synfin_tracker;

typedef struct synfin_options {
    uint32_t struct_size;
    uint8_t rebase;   /* 1: X and Y change at the first FIN; 0: X and Y of the handshake stay */
    uint8_t language; /* SYNFIN_LANGUAGE_*: in which language sentences are */
    uint8_t reserved[2];
} synfin_options;

/* Returns NULL when `options` is NULL or has another size, and when there is not enough memory. */
synfin_tracker *synfin_tracker_new(const synfin_options *options);
void synfin_tracker_free(synfin_tracker *tracker);

/* How many bytes of memory the tracker holds, for tests and benchmarks. 0 for NULL. */
uint64_t synfin_tracker_memory(const synfin_tracker *tracker);

/* One TCP segment, as Wireshark knows it. */
typedef struct synfin_segment {
    uint32_t struct_size;
    uint32_t frame;        /* frame number, from 1 */
    uint32_t layer;        /* 0 for the frame's outermost TCP layer, then 1 ... */
    uint32_t stream;       /* tcp.stream; only observe() reads it */
    int64_t time_s;        /* time stamp: seconds since the epoch */
    int32_t time_ns;       /* and nanoseconds, 0 .. 999,999,999 */
    uint32_t reported_len; /* bytes of header and payload on the wire */
    uint8_t has_time;      /* 0: the frame has no time stamp */
    uint8_t address_len;   /* bytes of each address: 4 or 16; 0: neither IPv4 nor IPv6 */
    uint8_t has_hops;      /* 0: the two below are not known */
    uint8_t hops;          /* IPv4 TTL or IPv6 hop limit */
    uint16_t identification; /* of IPv4; 0: none */
    uint8_t reserved[2];
    uint8_t source[16];      /* in network order, the first address_len bytes count */
    uint8_t destination[16];
} synfin_segment;

/* Adds a segment to its connection, on the frame's first visit. `bytes` are the captured bytes of the TCP header,
 * borrowed for the call; at most SYNFIN_HEADER_MAX are read. NO_SEGMENT: nothing was added, so there is nothing to
 * show. When this frame and layer was added before, nothing changes, and the status is OK. */
uint8_t synfin_tracker_observe(synfin_tracker *tracker, const synfin_segment *segment, const uint8_t *bytes,
                               size_t bytes_len);

/* One ICMP or ICMPv6 message. */
typedef struct synfin_icmp {
    uint32_t struct_size;
    uint32_t frame;
    uint32_t layer;        /* 0 for the frame's outermost ICMP layer, then 1 ... */
    uint8_t address_len;   /* bytes of the sender's address: 4 or 16; 0: neither */
    uint8_t is_v6;         /* 1: ICMPv6 */
    uint8_t reserved[2];
    uint8_t source[16];    /* who sent the message */
} synfin_icmp;

/* Adds an ICMP error to the connection of the segment that it quotes, on the frame's first visit. `bytes` are the
 * captured bytes of the message from its type on; at most SYNFIN_ICMP_MAX are read. NOT_SEEN: it is no such error, or
 * the connection is not known, so there is nothing to show. */
uint8_t synfin_tracker_observe_icmp(synfin_tracker *tracker, const synfin_icmp *icmp, const uint8_t *bytes,
                                    size_t bytes_len);

typedef struct synfin_value {
    uint16_t field;    /* index in synfin_fields() */
    uint8_t type;      /* SYNFIN_TYPE_*: whether `number` or `text` has the value */
    uint8_t is_hidden; /* 1: only for filters and columns; in the details it would repeat another line or say nothing */
    uint8_t reserved[4];
    int64_t number;   /* integers, booleans (0, 1), frames, nanoseconds */
    const char *text; /* strings, in `text` of synfin_shown or static; NULL for other types */
} synfin_value;

#define SYNFIN_WANT_LABEL 1u   /* the line of the tree item */
#define SYNFIN_WANT_SUFFIX 2u  /* what the Info column gets */
#define SYNFIN_WANT_EXPERTS 4u /* expert information */
#define SYNFIN_WANT_LADDER 8u  /* the segment's arrow in a ladder diagram */

typedef struct synfin_request {
    uint32_t struct_size;
    uint8_t final_pass; /* 0 on the first visit ("so far"), 1 on every later one */
    uint8_t want;       /* SYNFIN_WANT_* */
    uint8_t reserved[2];
    uint64_t fields[2]; /* field i is wanted when bit i % 64 of word i / 64 is set */
} synfin_request;

typedef struct synfin_shown {
    uint32_t struct_size;
    uint32_t value_count; /* how many values there are, in the order in which they are shown */
    uint32_t stream;      /* tcp.stream of the connection; 0 in a row of a server */
    uint32_t reserved;
    uint64_t experts;     /* bit i: expert i */
    const char *label;    /* "TCP Lifecycle: Open 2/3, ...", or NULL */
    const char *suffix;   /* "[Open 2/3: Seq=Y Ack=X+1]", or NULL when the segment has none */
    const char *arrow;    /* "SYN, ACK Seq=Y Ack=X+1", or NULL when the segment has none */
    const char *margin;   /* the states beside the arrow; NULL when there is no arrow */
    synfin_value values[SYNFIN_VALUES_MAX];
    char text[SYNFIN_TEXT_MAX];
} synfin_shown;

/* Says what to show of a segment that observe() took, on any visit and in any order of frames. `segment` and `bytes`
 * are the same as for observe(). `shown` is large, so keep one and use it again. */
uint8_t synfin_tracker_show(const synfin_tracker *tracker, const synfin_segment *segment, const uint8_t *bytes,
                            size_t bytes_len, const synfin_request *request, synfin_shown *shown);

/* observe() and then show() of the same segment, in one call. This is faster: in a listing nearly all segments have
 * nothing to show, and here that is known before anything is looked up. It refuses what observe() refuses. */
uint8_t synfin_tracker_observe_and_show(synfin_tracker *tracker, const synfin_segment *segment, const uint8_t *bytes,
                                        size_t bytes_len, const synfin_request *request, synfin_shown *shown);

/* The same for an ICMP message that observe_icmp() took. */
uint8_t synfin_tracker_show_icmp(const synfin_tracker *tracker, const synfin_icmp *icmp, const synfin_request *request,
                                 synfin_shown *shown);

/* The row of one connection in the connection table (-z synfin,conn), as it is now. There is one value for each column,
 * and its `field` is the number of the column. The first value is the stream (UINT32), the others are texts. NOT_SEEN:
 * no segment of this stream was added. */
uint8_t synfin_tracker_show_connection(const synfin_tracker *tracker, uint32_t stream, synfin_shown *shown);
/* The headings of that table. */
const char *const *synfin_connection_columns(uint8_t language, size_t *count);

/* ---- the connections of a listener ------------------------------------------------------------------------- */

/* The connections of which a segment passed the filter of one listener, in the order in which their first segments
 * passed. */
typedef struct synfin_set synfin_set;

synfin_set *synfin_set_new(void);
void synfin_set_free(synfin_set *set);
void synfin_set_clear(synfin_set *set);

/* A segment reaches the listener. *is_new is 1 when its connection is new to this set, else 0. */
uint8_t synfin_set_meet(synfin_set *set, const synfin_tracker *tracker, uint32_t frame, uint32_t layer, uint8_t *is_new);
uint32_t synfin_set_count(const synfin_set *set);
/* The stream of connection `index`; 0 when there is no such connection. */
uint32_t synfin_set_stream(const synfin_set *set, uint32_t index);

/* A text can have any length. It is written into `buffer`, with a NUL, when it fits into `room` bytes. *len is its
 * length without the NUL, on NO_ROOM too: so the caller knows how much room to make. */

/* Connection `index` as one JSON object, as it is now (-z synfin,jsonl; docs/connection.schema.json). */
uint8_t synfin_set_json(const synfin_set *set, const synfin_tracker *tracker, uint32_t index, char *buffer, size_t room,
                        size_t *len);

/* Counts the servers of these connections anew (-z synfin,servers), those with most failures first. *count says how
 * many servers there are. */
uint8_t synfin_set_count_servers(synfin_set *set, const synfin_tracker *tracker, uint32_t *count);
/* The headings of their table. */
const char *const *synfin_server_columns(uint8_t language, size_t *count);
/* The first column of that table holds texts. This many columns after it hold numbers (UINT32), the others texts. */
#define SYNFIN_SERVER_COUNTS 8
/* The row of server `index`: one value for each column, and its `field` is the number of the column. */
uint8_t synfin_set_server(const synfin_set *set, uint32_t index, synfin_shown *shown);

/* A report of one screen on all of these connections (-z synfin,report), or one JSON object (-z synfin,report,json). */
uint8_t synfin_set_report(const synfin_set *set, const synfin_tracker *tracker, uint8_t as_json, char *buffer,
                          size_t room, size_t *len);

/* ---- statistics --------------------------------------------------------------------------------------------- */

/* The statistics tree has two levels: headings, and the rows below them. */
typedef struct synfin_stat_node {
    const char *name;
    int32_t parent; /* index of the heading, or -1 */
    uint8_t reserved[4];
} synfin_stat_node;

const synfin_stat_node *synfin_stat_nodes(uint8_t language, size_t *count);

/* What one listener has counted. Each connection counts once: as what it was when this listener last saw it, or at the
 * last synfin_tally_settle(). */
typedef struct synfin_tally synfin_tally;

synfin_tally *synfin_tally_new(void);
void synfin_tally_free(synfin_tally *tally);

#define SYNFIN_STAT_CHANGES_MAX 32

typedef struct synfin_stat_change {
    uint16_t node; /* index in synfin_stat_nodes() */
    int16_t delta; /* +1 or -1 */
} synfin_stat_change;

typedef struct synfin_stat_changes {
    uint32_t struct_size;
    uint32_t count;
    synfin_stat_change changes[SYNFIN_STAT_CHANGES_MAX];
} synfin_stat_changes;

/* A segment reaches this listener. `changes` says which counts of its tree change. */
uint8_t synfin_tally_add(synfin_tally *tally, const synfin_tracker *tracker, uint32_t frame, uint32_t layer,
                         synfin_stat_changes *changes);

/* Counts all connections by what they are now. Call it before the tree is drawn: connections may have gone on since
 * this listener last saw them. `counts` gets one number for each node. NO_ROOM: `count` is less than the number of
 * nodes. */
uint8_t synfin_tally_settle(synfin_tally *tally, const synfin_tracker *tracker, uint32_t *counts, size_t count);

#define SYNFIN_STATIC_ASSERT_SIZE(type, bytes) \
    typedef char synfin_size_of_##type##_is_##bytes[sizeof(type) == (bytes) ? 1 : -1]

#if UINTPTR_MAX == UINT64_MAX
SYNFIN_STATIC_ASSERT_SIZE(synfin_field, 32);
SYNFIN_STATIC_ASSERT_SIZE(synfin_expert, 24);
SYNFIN_STATIC_ASSERT_SIZE(synfin_options, 8);
SYNFIN_STATIC_ASSERT_SIZE(synfin_segment, 72);
SYNFIN_STATIC_ASSERT_SIZE(synfin_icmp, 32);
SYNFIN_STATIC_ASSERT_SIZE(synfin_value, 24);
SYNFIN_STATIC_ASSERT_SIZE(synfin_request, 24);
SYNFIN_STATIC_ASSERT_SIZE(synfin_stat_node, 16);
SYNFIN_STATIC_ASSERT_SIZE(synfin_stat_change, 4);
#endif

#ifdef __cplusplus
}
#endif

#endif
